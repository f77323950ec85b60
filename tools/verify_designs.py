"""Do `control/`, `explain path` and a lab agree on designs that nobody has written? Drawn from seeds.

`python -m tools.verify_designs --count 200` draws designs and compares, between all machines and both IP versions, the
ways that `control/` computes with those that `explain path` names. With `--labs N` the first N of them run in a lab,
too: the kernels' tables have to give those paths, and packets have to arrive where they should, and only there.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import click

from dxemu.control.starved import starved
from dxemu.errors import InputErrors
from dxemu.explain.model import Direction
from dxemu.explain.path import explain_path
from dxemu.explain.state import State
from dxemu.host import where
from dxemu.measure.result import Result
from dxemu.plan.make import make_plan
from dxemu.plan.model import Role, Side
from dxemu.probes.fetch import Fetch
from dxemu.report.terminal import echo
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from dxemu.topology.load import load
from dxemu.topology.model import Topology, VifType
from dxemu.topology.model_aws import TransitGateway
from dxemu.units import IPAddress
from dxemu.words import count

TOPOLOGIES = Path(__file__).parents[1] / "topologies"
RARELY, SOMETIMES, OFTEN = 0.1, 0.3, 0.4
TAGS = ("7224:7100", "7224:7200", "7224:7300")
LAYER_2 = (Role.SWITCH, Role.CARRIER)
"""What a path of a lab crosses, and an explained one does not name."""
Tree = dict[str, Any]  # Any: a part of a topology file


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnDesign:
    """A topology of the repository, and what the seed changes of it."""

    seed: int
    base: Path
    change: Mapping[str, Any]
    topology: Topology

    @property
    def text(self) -> str:
        """For people, and for a scenario."""
        return f"{self.base.stem} {json.dumps(self.change)}"


def drawn(seed: int) -> DrawnDesign:
    """The design of a seed. What a rule refuses is drawn anew: what is refused is not compared."""
    chance = Random(seed)
    files = sorted(TOPOLOGIES.glob("*.yaml"))
    while True:
        base = chance.choice(files)
        change = _change(chance, load(base))
        try:
            return DrawnDesign(seed=seed, base=base, change=change, topology=load(base, change))
        except InputErrors:
            continue


def _change(chance: Random, topology: Topology) -> Tree:
    found: Tree = {}
    vifs = {vif.name: _interface(chance, vif.type) for vif in topology.virtual_interfaces}
    vpns = {vpn.name: {"customer": _policy(chance, tags=False)} for vpn in topology.vpns}
    found["virtual_interfaces"] = {name: vif for name, vif in vifs.items() if vif}
    found["vpns"] = {name: vpn for name, vpn in vpns.items() if vpn["customer"]}
    aws: Tree = {"virtual_private_gateways": {}, "vpcs": {}}
    for number, vgw in enumerate(topology.aws.virtual_private_gateways):
        if chance.random() < RARELY:
            aws["virtual_private_gateways"][vgw.name] = {"route_propagation": False}
        if chance.random() < SOMETIMES:
            further = {
                "secondary_cidrs": [f"100.{70 + number}.0.0/16"],
                "instances": {f"new_{number}": f"100.{70 + number}.1.10"},
            }
            aws["vpcs"][vgw.vpc] = further
    aws["transit_gateways"] = {
        tgw.name: {"route_tables": _route_tables(chance, topology, tgw)}
        for tgw in topology.aws.transit_gateways
        if chance.random() < OFTEN
    }
    found["aws"] = {key: value for key, value in aws.items() if value}
    if chance.random() < SOMETIMES:
        router = chance.choice(topology.customer.data_center.routers)
        found["customer"] = {"data_center": {"routers": {router: {"maximum_paths": 2}}}}
    return {key: value for key, value in found.items() if value}


def _route_tables(chance: Random, topology: Topology, tgw: TransitGateway) -> Tree:
    """A static route to an attachment that has ways of its own, or nowhere: in a table of the file, or the only one."""
    dxgws = [g.name for g in topology.aws.direct_connect_gateways if any(a.gateway == tgw.name for a in g.associations)]
    ways = [*dxgws, *(vpn.name for vpn in topology.vpns if vpn.gateway == tgw.name)]
    network = chance.choice([n for n in topology.customer.data_center.networks if n.version == 4])  # noqa: PLR2004
    prefix = network.supernet(new_prefix=chance.choice((8, network.prefixlen)))
    route = {"static_routes": {str(prefix): chance.choice([*ways, *ways, "blackhole"])}}
    if tgw.route_tables:
        return {chance.choice(tgw.route_tables).name: route}
    fed = [name for name in (*tgw.attachments, *ways) if chance.random() > SOMETIMES]
    return {"main": route | {"associations": [*tgw.attachments, *ways], "propagations": fed}}


def _interface(chance: Random, kind: VifType) -> Tree:
    found: Tree = {}
    policy = _policy(chance, tags=kind is not VifType.PUBLIC)
    if policy:
        found["customer"] = policy
    if chance.random() < RARELY:
        found["amazon"] = {"enabled": False}
    if chance.random() < SOMETIMES and kind is not VifType.PUBLIC:
        found["mtu"] = 8500
    return found


def _policy(chance: Random, *, tags: bool) -> Tree:
    found: Tree = {}
    if chance.random() < OFTEN:
        found["local_pref"] = chance.choice((10, 50, 100, 200, 400))
    if tags and chance.random() < OFTEN:
        found["communities"] = [chance.choice(TAGS)]
    if chance.random() < SOMETIMES:
        found["as_path_prepend"] = chance.choice((1, 3))
    if chance.random() < SOMETIMES:
        found["med"] = chance.choice((0, 50, 200))
    if chance.random() < RARELY:
        found["enabled"] = False
    return found


def pairs(state: State) -> Iterator[tuple[str, str, int]]:
    """A machine of the customer's, one at AWS's, and the IP version that both have."""
    hosts = state.plan.nodes_of(Role.HOST, Side.CUSTOMER)
    far = state.plan.nodes_of(Role.INSTANCE, Side.AWS)
    for near, other, version in product(hosts, far, (4, 6)):
        if all(_address(state, name, version) is not None for name in (near.name, other.name)):
            yield near.name, other.name, version


def services(state: State) -> Iterator[tuple[str, str]]:
    """A host of the customer's, and a public service that it may or may not reach."""
    hosts = state.plan.nodes_of(Role.HOST, Side.CUSTOMER)
    there = [*state.plan.nodes_of(Role.SERVICE, Side.AWS), *state.plan.nodes_of(Role.SERVICE, Side.CARRIER)]
    yield from product([host.name for host in hosts], [service.name for service in there])


def _address(state: State, name: str, version: int) -> IPAddress | None:
    held = (a.address.ip for a in state.plan.addresses_of(name))
    return next((address for address in held if address.version == version), None)


def disagreements(design: DrawnDesign) -> Iterator[str]:
    """Where `explain path` and the computed tables differ, in words."""
    state = State(design.topology, make_plan(design.topology))
    for near, far, version in [*pairs(state), *((host, service, 4) for host, service in services(state))]:
        found = explain_path(state, near, far, ipv6=version == 6)  # noqa: PLR2004
        for direction in found.directions:
            yield from (f"{near} - {far} IPv{version} {direction.direction}: {w}" for w in _wrong(state, direction))
        if found.asymmetric == (set(found.directions[0].over) == set(found.directions[1].over)) and not any(
            way.shared or not way.arrives for way in found.directions
        ):
            yield f"{near} - {far} IPv{version}: asymmetric is {found.asymmetric}"


def _wrong(state: State, direction: Direction) -> Iterator[str]:
    if direction.translated:
        return
    address = ip_address(direction.address)
    ways = state.tables.ways(direction.source, address)
    named = tuple(hop.node for hop in direction.hops)
    if all(way.nodes != named for way in ways):
        yield f"{' > '.join(named)} is no way of {[way.nodes for way in ways]}"
    if direction.arrives != (direction.end == ""):
        yield f"it arrives: {direction.arrives}, and ends: {direction.end}"
    if direction.arrives != any(way.arrives for way in ways):
        yield f"it arrives: {direction.arrives}"
    if direction.shared != (len(ways) > 1):
        yield f"it is shared: {direction.shared}, over {count(len(ways), 'way')}"
    for following in direction.next_best:
        if following.over and set(following.over) & set(following.lost):
            yield f"what is next crosses what is lost: {', '.join(following.over)}"


def scenario(design: DrawnDesign, state: State) -> str:
    """A scenario file: nothing happens but a probe for each pair, and a fetch from each service."""
    probes = [
        f"  {near}_{far}_{version}: {{udp: {{from: {near}, to: {far}, rate: 50/s, ip_version: {version}}}}}"
        for near, far, version in pairs(state)
    ]
    probes += [f"  {a}_{b}: {{fetch: {{from: {a}, service: {b}, rate: 1/s}}}}" for a, b in services(state)]
    lines = [f"story: Design {design.seed}.", f"topology: {design.base.resolve()}"]
    return "\n".join([*lines, f"change: {json.dumps(design.change)}", "probes:", *probes, "end: 2 s"]) + "\n"


async def in_a_lab(design: DrawnDesign, folder: Path) -> list[str]:
    """Where a lab differs from `explain path`, in words. Raises DxemuError if there is no lab."""
    state = State(design.topology, make_plan(design.topology))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "scenario.yaml"
    file.write_text(scenario(design, state), encoding="utf-8")
    result = await rehearse(prepare(file), where.embedded("virtual"), folder, 1, lambda _event: None)
    return list(_measured_otherwise(state, result))


def _measured_otherwise(state: State, result: Result) -> Iterator[str]:
    for near, far, version in pairs(state):
        explained = explain_path(state, near, far, ipv6=version == 6)  # noqa: PLR2004
        probe = f"{near}_{far}_{version}"
        both = all(way.arrives for way in explained.directions)
        for way in explained.directions:
            seen = [p for p in result.paths if (p.probe, p.direction) == (probe, way.direction)]
            hops = [tuple(hop for hop in p.hops[::2] if state.plan.node(hop).role not in LAYER_2) for p in seen]
            if not way.shared and not way.translated and hops and hops[0] != tuple(hop.node for hop in way.hops):
                yield f"{probe} {way.direction}: kernels {' > '.join(hops[0])}, explained {[h.node for h in way.hops]}"
            lost = [o for o in result.outages if (o.probe, o.direction) == (probe, way.direction)]
            if way.arrives and both and lost:
                yield f"{probe} {way.direction}: packets are lost"
            if not way.arrives and not lost:
                yield f"{probe} {way.direction}: packets arrive"
    for host, service in services(state):
        both = all(way.arrives for way in explain_path(state, host, service).directions)
        answered = [fetch.answered for fetch in result.found.of(Fetch, f"{host}_{service}")]
        if not answered or answered != [both] * len(answered):
            yield f"{host} - {service}: answers {answered}, explained: {both}"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--count", "number", type=click.IntRange(min=1), default=200, show_default=True, help="Designs.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the first one.")
@click.option("--labs", type=click.IntRange(min=0), default=0, show_default=True, help="So many run in a lab, too.")
@click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("runs", "verify_designs"),
    show_default=True,
)
def main(number: int, seed: int, labs: int, runs: Path) -> None:
    """Draw designs, and compare what is computed, explained and, of some, measured. Exits with 1 if they differ."""
    wrong = 0
    for each in range(seed, seed + number):
        design = drawn(each)
        found = list(disagreements(design))
        if each < seed + labs and (refused := next(starved(make_plan(design.topology)), None)) is not None:
            echo(f"no lab  {each}  {refused}  {design.text}")
        elif each < seed + labs:
            found += asyncio.run(in_a_lab(design, runs.resolve() / str(each)))
            echo(f"{'agrees' if not found else 'DIFFERS'}  {each}  {design.text}")
        for words in found:
            echo(f"DIFFERS  {each}  {words}\n    {design.text}")
        wrong += bool(found)
    echo(f"{count(number, 'design')}, {labs} of them in labs: {wrong} differ")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
