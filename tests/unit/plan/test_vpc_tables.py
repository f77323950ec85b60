"""A VPC with static routes: its route table in the plan is the one that `dxemu.aws.vpc_route_table` decides about."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from dxemu.aws.vpc_route_table import RouteOrigin, VpcRoute, look_up
from dxemu.control.converge import gateway_rib
from dxemu.control.forward import THROWN, Forwarding, forwarding
from dxemu.control.route_tables import vpc_route_table
from dxemu.plan.make import make_plan
from dxemu.plan.model import MAIN_TABLE, Plan
from dxemu.topology.load import load
from dxemu.units import IPAddress, IPNetwork

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
LEAK = tuple(IPv4Network(f"10.64.{number}.0/24") for number in range(150))
OF_THE_VPC = IPv4Network("172.31.9.0/24")
CASES = [
    pytest.param(propagation, static, id=f"propagation {propagation}, {', '.join(static) or 'nothing static'}")
    for propagation in ("on", "off")
    for static in ((), ("0.0.0.0/0",), ("172.16.0.0/12", "10.64.128.0/17"), ("10.0.0.0/16", "10.64.3.0/24"))
]


def plan_of(propagation: str, static: tuple[str, ...]) -> Plan:
    """The data center announces 150 networks more, and one inside the VPC's own."""
    vpc = {"static_routes": dict.fromkeys(static, "vgw")}
    aws = {"vpcs": {"prod": vpc}, "virtual_private_gateways": {"vgw": {"route_propagation": propagation}}}
    plan = make_plan(load(TOPOLOGIES / "backup_connection.yaml", {"aws": aws}))
    more = (*LEAK, OF_THE_VPC)
    speakers = (replace(s, originates=(*s.originates, *more)) if s.name == "colo_router" else s for s in plan.speakers)
    sessions = (
        replace(s, ends=(replace(s.ends[0], announces=None), s.ends[1]), prefix_quota=None) for s in plan.sessions
    )
    return replace(plan, speakers=tuple(speakers), sessions=tuple(sessions))


def sampled(prefixes: set[IPNetwork]) -> set[IPAddress]:
    """First and last address of each, and the ones around it."""
    edges = {int(edge) for prefix in prefixes for edge in (prefix.network_address, prefix.broadcast_address)}
    return {IPv4Address(number) for edge in edges for number in (edge - 1, edge, edge + 1) if 0 < number < 2**32}


def table_of(plan: Plan, tables: Forwarding) -> tuple[int, list[VpcRoute]]:
    (gateway,) = plan.gateways
    table = gateway.vpc_table or MAIN_TABLE
    return table, list(vpc_route_table(gateway, gateway_rib(plan, gateway, tables.ribs, table)))


@pytest.mark.parametrize(("propagation", "static"), CASES)
def test_the_plans_table_gives_the_decision_of_aws(propagation: str, static: tuple[str, ...]) -> None:
    plan = plan_of(propagation, static)
    tables = forwarding(plan)
    table, entries = table_of(plan, tables)
    assert sum(entry.origin is RouteOrigin.PROPAGATED for entry in entries) == (100 if propagation == "on" else 0)
    around: set[IPNetwork] = {entry.prefix for entry in entries} | {*LEAK, OF_THE_VPC}
    for address in sampled(around):
        wanted = look_up(entries, address).entry
        found = [m for m in tables.covering("vgw", table, address) if m.interface or m.session == THROWN]
        assert (found[0].prefix if found else None) == (wanted.prefix if wanted else None), address
        if table != MAIN_TABLE and wanted is not None and wanted.target == "vgw":
            assert tables.lookup("vgw", "web", address) == tables.lookup("vgw", None, address), address
        elif table != MAIN_TABLE and wanted is None:
            assert tables.lookup("vgw", "web", address) == ()


def test_a_static_default_route_reaches_what_is_beyond_the_quota() -> None:
    beyond = LEAK[-1].network_address + 1
    for static, reached in (((), False), (("172.16.0.0/12",), False), (("0.0.0.0/0",), True)):
        tables = forwarding(plan_of("on", static))
        assert bool(tables.lookup("vgw", "web", beyond)) is reached, static
        assert tables.lookup("vgw", "web", LEAK[0].network_address + 1)


def test_packets_that_come_from_elsewhere_do_not_ask_the_vpcs_table() -> None:
    tables = forwarding(plan_of("off", ("192.0.2.0/24",)))
    assert tables.way("app", IPv4Address("172.31.1.10")).arrives
    assert not tables.way("web", IPv4Address("10.0.1.10")).arrives


def test_a_local_address_is_reached_through_the_vpcs_table() -> None:
    tables = forwarding(plan_of("on", ("172.16.0.0/12",)))
    assert [hop.interface for hop in tables.lookup("vgw", "web", IPv4Address("172.31.9.9"))] == ["web"]
