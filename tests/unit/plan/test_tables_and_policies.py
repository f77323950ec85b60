"""What an end takes and who has a shared address, where nothing else asks for it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from dxemu.aws.vpc_route_table import RouteOrigin
from dxemu.bgp.rib import LocRib
from dxemu.control import converge
from dxemu.control.converge import tables_of
from dxemu.control.forward import Believed, Forwarding, TableLayout
from dxemu.control.policy import import_policy
from dxemu.control.route_mtu import route_mtu
from dxemu.control.route_tables import vpc_route_table
from dxemu.control.source import after_nat
from dxemu.control.tables import CONNECTED, NextHop, Table
from dxemu.plan.make import make_plan
from dxemu.plan.model import SourceNat
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


@pytest.mark.parametrize("end", [0, 1])
def test_the_next_hop_of_an_external_peer_has_to_be_on_the_link(end: int) -> None:
    """Both ends of a virtual interface know the subnet of their own address (RFC 4271 section 6.3)."""
    peers = {"amazon_address": "169.254.10.1/30", "customer_address": "169.254.10.2/30"}
    plan = make_plan(load(TOPOLOGIES / "backup_connection.yaml", {"virtual_interfaces": {"primary": peers}}))
    session = plan.session("primary")
    assert import_policy(plan, session, session.ends[end].speaker).on_link == ip_network("169.254.10.0/30")
    internal = next(one for one in plan.sessions if not one.external)
    assert import_policy(plan, internal, internal.ends[end].speaker).on_link is None


def test_a_shared_address_whose_routers_are_all_gone_stays_with_the_first() -> None:
    """By its name: whoever has the address on a card that nobody hears has it still."""
    plan = make_plan(load(TOPOLOGIES / "hardware_high_availability.yaml"))
    (group,) = {one.virtual_router_id: one for one in plan.vrrp}.values()
    routers = [router for router, _ in group.priorities]
    layout = TableLayout(plan)
    for gone, master in (((), routers[0]), (routers[:1], routers[1]), (routers, routers[0])):
        believed = Believed(masters_gone=frozenset((group.virtual_router_id, router) for router in gone))
        assert Forwarding(layout, believed).tables.masters[group.address.ip] == master


def test_ways_are_asked_for_anew_where_another_router_has_the_shared_address() -> None:
    plan = make_plan(load(TOPOLOGIES / "hardware_high_availability.yaml"))
    (group,) = {one.virtual_router_id: one for one in plan.vrrp}.values()
    master, backup = (router for router, _ in group.priorities)
    layout = TableLayout(plan)
    ways, asked = Forwarding(layout, Believed()).traced("app", plan.address_of("web"))
    assert master in ways[0].nodes
    for gone, holds in ((), True), ((backup,), True), ((master,), False):
        believed = Believed(masters_gone=frozenset((group.virtual_router_id, router) for router in gone))
        tables = Forwarding(layout, believed)
        assert tables.agrees(asked) is holds
        assert (tables.ways("app", plan.address_of("web")) == ways) is holds


@pytest.mark.parametrize(
    ("interface", "source", "becomes"),
    [
        ("public", "10.0.1.10", "203.0.113.1"),
        ("lan", "10.0.1.10", "10.0.1.10"),
        ("public", "10.1.0.1", "10.1.0.1"),
        ("public", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_nat_is_of_one_interface_and_one_network(interface: str, source: str, becomes: str) -> None:
    nat = SourceNat(
        node="colo_router", interface="public", network=ip_network("10.0.0.0/16"), address=ip_address("203.0.113.1")
    )
    plan = replace(make_plan(load(TOPOLOGIES / "backup_connection.yaml")), nats=(nat,))
    assert after_nat(plan, "colo_router", interface, ip_address(source)) == ip_address(becomes)
    assert after_nat(plan, "customer_router", interface, ip_address(source)) == ip_address(source)


def test_the_bound_of_updates_is_for_each_end_of_a_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four for each end of three sessions do for this design; none at all does for no design."""
    plan = make_plan(load(TOPOLOGIES / "backup_connection.yaml"))
    assert len(plan.sessions) == 3
    monkeypatch.setattr(converge, "UPDATES_OF_AN_END", 4)
    assert converge.converge(plan)["dx_1:vgw"].best
    monkeypatch.setattr(converge, "UPDATES_OF_AN_END", 0)
    with pytest.raises(converge.NeverSettles):
        converge.converge(plan)


def test_a_speaker_shares_over_as_many_paths_as_it_may() -> None:
    """`maximum_paths` 1 is BGP as RFC 4271 has it: one best path."""
    plan = make_plan(load(TOPOLOGIES / "load_sharing.yaml"))
    for paths, used in (1, 1), (2, 2):
        speakers = tuple(replace(one, maximum_paths=paths) for one in plan.speakers)
        found = converge.converge(replace(plan, speakers=speakers))
        most = max(len(choice.routes) for rib in found.values() for choice in rib.best.values())
        assert most == used


def test_a_gateway_loses_what_it_does_not_hear_and_no_other_gateway_does() -> None:
    """Two gateways hear of one speaker by a Direct Connect gateway."""
    plan = make_plan(load(TOPOLOGIES / "direct_connect_gateway.yaml"))
    gateways = {gateway.node: tables_of(gateway)[0] for gateway in plan.gateways}
    assert set(gateways) == {"vgw_east", "vgw_west"}
    site = ip_network("10.0.0.0/16")
    for lost in gateways:
        asked_anew = frozenset((gateway, "any") for gateway in gateways)
        believed = Believed(lost=frozenset({(lost, "dx_1:dxgw")}), dark=asked_anew)
        tables = Forwarding(TableLayout(plan), believed).tables
        holds = {node: site in tables.table(node, number).routes for node, number in gateways.items()}
        assert holds == {node: node != lost for node in gateways}


def test_a_default_route_is_of_one_ip_version() -> None:
    """0.0.0.0/0 and ::/0 have the same bits: none."""
    four, six = (NextHop(None, name, CONNECTED) for name in ("four", "six"))
    for routes, of_four, of_six in (
        ({"::/0": six}, (), (six,)),
        ({"0.0.0.0/0": four}, (four,), ()),
        ({"0.0.0.0/0": four, "::/0": six}, (four,), (six,)),
    ):
        table = Table()
        table.routes |= {ip_network(prefix): (hop,) for prefix, hop in routes.items()}
        assert table.longest(ip_address("192.0.2.1")) == of_four
        assert table.longest(ip_address("2001:db8::1")) == of_six


def test_static_routes_of_another_table_are_none_of_the_vpc() -> None:
    """A static route is answered with 1500 bytes where the VPC's own table has it."""
    jumbo = {"virtual_interfaces": {name: {"mtu": 9001} for name in ("primary", "backup")}}
    off = {"aws": {"virtual_private_gateways": {"vgw": {"route_propagation": False}}}}
    plan = make_plan(load(TOPOLOGIES / "backup_connection.yaml", {**jumbo, **off}))
    (gateway,) = plan.gateways
    site = ip_network("10.0.0.0/16")
    for table, most in ((100, 1500), (99, None), (101, None)):
        one = replace(gateway, vpc_table=100, fixed=((table, site),))
        rib = converge.gateway_rib(plan, one, converge.converge(plan), tables_of(one)[0])
        assert route_mtu(one, rib, site) == most


def test_a_vpc_has_the_static_routes_of_its_own_table() -> None:
    plan = make_plan(load(TOPOLOGIES / "backup_connection.yaml"))
    own, before, after = (ip_network(f"10.{n}.0.0/16") for n in range(3))
    gateway = replace(plan.gateways[0], vpc_table=100, fixed=((100, own), (99, before), (101, after)))
    found = {one.prefix for one in vpc_route_table(gateway, LocRib()) if one.origin is RouteOrigin.STATIC}
    assert found == {own}
