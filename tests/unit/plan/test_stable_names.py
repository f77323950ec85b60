"""Names, MAC addresses and numbers follow from each thing's own keys: what else there is does not move them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.plan import pools
from dxemu.plan.listing import listing, moved
from dxemu.plan.make import make_plan
from dxemu.plan.pools import Pool, hashed
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from dxemu.topology.model_aws import TransitGateway

TOPOLOGIES = sorted((Path(__file__).parents[3] / "topologies").glob("*.yaml"))


def without(topology: Topology) -> Iterator[tuple[str, Topology]]:
    """The topology without one of its elements, and what hangs on that: adding it is the same the other way round."""
    for vif in topology.virtual_interfaces:
        yield f"vif {vif.name}", _keep(topology, {vif.name})
    for one in topology.connections:
        members = [c for c in topology.connections if c.lag is not None and c.lag == one.lag]
        on = {v.name for v in topology.virtual_interfaces if v.connection == one.name} if len(members) < 2 else set()
        circuits = tuple(c for c in topology.customer.circuits if c.to != one.name)
        rest = tuple(c for c in topology.connections if c is not one)
        if rest and not (one.lag is not None and len(members) == 1):
            kept = _keep(topology, on)
            yield (
                f"connection {one.name}",
                replace(kept, connections=rest, customer=replace(kept.customer, circuits=circuits)),
            )
    for vpn in topology.vpns:
        yield f"VPN {vpn.name}", replace(topology, vpns=tuple(v for v in topology.vpns if v is not vpn))
    home = topology.customer.data_center
    for host in home.hosts:
        fewer = replace(home, hosts=tuple(h for h in home.hosts if h is not host))
        yield f"host {host.name}", replace(topology, customer=replace(topology.customer, data_center=fewer))
    yield from _without_routers(topology)
    for circuit in topology.customer.circuits:
        if circuit.to in {router for cage in topology.customer.colocations for router in cage.routers}:
            rest_of = tuple(c for c in topology.customer.circuits if c is not circuit)
            yield f"circuit {circuit.name}", replace(topology, customer=replace(topology.customer, circuits=rest_of))
    yield from _without_in_aws(topology)


def _without_routers(topology: Topology) -> Iterator[tuple[str, Topology]]:
    """Of a colocation with several, each one with its connections and circuits."""
    customer = topology.customer
    for cage in (cage for cage in customer.colocations if len(cage.routers) > 1):
        for router in cage.routers:
            lost = {c.name for c in topology.connections if c.router == router}
            fewer = replace(cage, routers=tuple(r for r in cage.routers if r != router))
            kept = _keep(topology, {v.name for v in topology.virtual_interfaces if v.connection in lost})
            yield (
                f"router {router}",
                replace(
                    kept,
                    connections=tuple(c for c in topology.connections if c.name not in lost),
                    customer=replace(
                        customer,
                        colocations=tuple(fewer if c is cage else c for c in customer.colocations),
                        circuits=tuple(c for c in customer.circuits if c.to not in (router, *lost)),
                    ),
                ),
            )


def _without_vgws(topology: Topology) -> Iterator[tuple[str, Topology]]:
    aws = topology.aws
    for vgw in aws.virtual_private_gateways:
        dxgws = tuple(
            replace(g, associations=tuple(a for a in g.associations if a.gateway != vgw.name))
            for g in aws.direct_connect_gateways
        )
        kept = _keep(topology, {v.name for v in topology.virtual_interfaces if v.gateway == vgw.name})
        rest = tuple(g for g in aws.virtual_private_gateways if g is not vgw)
        fewer = replace(aws, virtual_private_gateways=rest, direct_connect_gateways=dxgws)
        yield (
            f"gateway {vgw.name}",
            replace(kept, aws=fewer, vpns=tuple(v for v in topology.vpns if v.gateway != vgw.name)),
        )


def _without_in_aws(topology: Topology) -> Iterator[tuple[str, Topology]]:
    aws = topology.aws
    yield from _without_vgws(topology)
    for dxgw in aws.direct_connect_gateways:
        kept = _keep(topology, {v.name for v in topology.virtual_interfaces if v.gateway == dxgw.name})
        rest_of = tuple(g for g in aws.direct_connect_gateways if g is not dxgw)
        others = tuple(v for v in topology.vpns if not v.private)
        yield (
            f"gateway {dxgw.name}",
            replace(kept, aws=replace(aws, direct_connect_gateways=rest_of), vpns=others),
        )
    for tgw in aws.transit_gateways:
        yield f"gateway {tgw.name}", _without_tgw(topology, tgw.name)
    for vpc in aws.vpcs:
        yield f"VPC {vpc.name}", _without_vpc(topology, vpc.name)
        for instance in vpc.instances:
            emptier = replace(vpc, instances=tuple(i for i in vpc.instances if i is not instance))
            vpcs = tuple(emptier if v is vpc else v for v in aws.vpcs)
            yield f"instance {instance.name}", replace(topology, aws=replace(aws, vpcs=vpcs))
    for tgw in aws.transit_gateways:
        for name in tgw.attachments:
            tgws = tuple(_detached(t, name) if t is tgw else t for t in aws.transit_gateways)
            yield f"attachment {name}", replace(topology, aws=replace(aws, transit_gateways=tgws))


def _detached(tgw: TransitGateway, name: str) -> TransitGateway:
    return replace(
        tgw,
        attachments=tuple(a for a in tgw.attachments if a != name),
        route_tables=tuple(
            replace(
                table,
                associations=tuple(a for a in table.associations if a != name),
                propagations=tuple(p for p in table.propagations if p != name),
                static_routes=tuple(s for s in table.static_routes if s[1] != name),
            )
            for table in tgw.route_tables
        ),
    )


def _without_tgw(topology: Topology, name: str) -> Topology:
    aws = topology.aws
    return replace(
        topology,
        aws=replace(
            aws,
            transit_gateways=tuple(g for g in aws.transit_gateways if g.name != name),
            direct_connect_gateways=tuple(
                replace(g, associations=tuple(a for a in g.associations if a.gateway != name))
                for g in aws.direct_connect_gateways
            ),
            vpcs=tuple(
                replace(v, static_routes=tuple(s for s in v.static_routes or () if s[1] != name)) for v in aws.vpcs
            ),
        ),
        vpns=tuple(v for v in topology.vpns if v.gateway != name),
    )


def _without_vpc(topology: Topology, name: str) -> Topology:
    """Without the VPC, with what it hangs on: its virtual private gateway, which leads nowhere else."""
    for vgw in (g.name for g in topology.aws.virtual_private_gateways if g.vpc == name):
        topology = next(rest for what, rest in _without_vgws(topology) if what == f"gateway {vgw}")
    aws = topology.aws
    return replace(
        topology,
        aws=replace(
            aws,
            vpcs=tuple(v for v in aws.vpcs if v.name != name),
            transit_gateways=tuple(_detached(t, name) for t in aws.transit_gateways),
        ),
    )


def _keep(topology: Topology, gone: set[str]) -> Topology:
    return replace(topology, virtual_interfaces=tuple(v for v in topology.virtual_interfaces if v.name not in gone))


@pytest.mark.parametrize("file", TOPOLOGIES, ids=[file.stem for file in TOPOLOGIES])
def test_an_element_more_or_less_renames_and_renumbers_nothing_else(file: Path) -> None:
    topology = load(file)
    whole = make_plan(topology)
    tried = 0
    for what, rest in without(topology):
        fewer = make_plan(rest)
        assert moved(whole, fewer) == (), what
        assert listing(fewer).names.items() <= listing(whole).names.items(), what
        tried += 1
    assert tried


def test_the_order_of_the_file_moves_nothing() -> None:
    topology = load(TOPOLOGIES[0].parent / "many_vpcs.yaml")
    backwards = replace(topology, virtual_interfaces=topology.virtual_interfaces[::-1])
    assert moved(make_plan(topology), make_plan(backwards)) == ()


def test_where_every_two_keys_meet_numbers_move_and_are_told_and_names_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "hashed", lambda _: 0)
    topology = load(TOPOLOGIES[0].parent / "many_vpcs.yaml")
    rest = _keep(topology, {topology.virtual_interfaces[0].name})
    whole, fewer = make_plan(topology), make_plan(rest)
    told, old, new = moved(whole, fewer), listing(whole).numbers, listing(fewer).numbers
    assert len(told) == sum(old[key] != new[key] for key in old.keys() & new.keys()) > 0
    assert all(" moved to " in line for line in told)
    assert listing(fewer).names.items() <= listing(whole).names.items()


def test_of_two_keys_that_meet_the_later_one_moves() -> None:
    first, second = _that_meet(10)
    pool = Pool("number", 10)
    assert pool.take(first) == hashed(f"number/{first}") % 10
    assert pool.take(second) != Pool("number", 10).take(second) == Pool("number", 10).take(first)


def test_a_pool_gives_out_all_that_is_usable_and_then_says_so() -> None:
    pool = Pool("number", 5, usable=lambda number: number != 3)
    assert sorted(pool.take(f"key {n}") for n in range(4)) == [0, 1, 2, 4]
    with pytest.raises(ValueError, match="no number is left for 'one more': 4 are given out"):
        pool.take("one more")


def _that_meet(size: int) -> tuple[str, str]:
    seen: dict[int, str] = {}
    for n in range(size + 1):
        number = hashed(f"number/key {n}") % size
        if number in seen:
            return seen[number], f"key {n}"
        seen[number] = f"key {n}"
    raise AssertionError("pigeons")
