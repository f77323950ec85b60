"""How many prefixes AWS's end of each session takes, and what a VPC's route table leaves out."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from dxemu.actions.update_allowed_prefixes import refusal
from dxemu.control.converge import converge, gateway_rib, tables_of
from dxemu.control.route_tables import not_installed
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


def plan_of(name: str) -> Plan:
    return make_plan(load(TOPOLOGIES / f"{name}.yaml"))


def limits(name: str) -> dict[str, int | None]:
    quotas = {session.name: session.prefix_quota for session in plan_of(name).sessions}
    return {session: quota.most if quota is not None else None for session, quota in quotas.items()}


def test_virtual_interfaces_take_100_of_each_ip_version_and_routers_of_one_customer_any_number() -> None:
    found = limits("private_vif")
    assert (found["prod"], found["prod_ipv6"]) == (100, 100)
    assert set(found.values()) == {100, None}


@pytest.mark.parametrize(
    ("topology", "session", "most"),
    [
        ("public_vif", "public", 1000),
        ("transit_gateway", "transit", 100),
        ("vpn_backup", "vpn_tunnel_1", 100),
        ("vpn_backup_static", "vpn_tunnel_1", None),
        ("ipsec_over_transit_vif", "vpn_tunnel_1", 1000),
    ],
)
def test_limit_of_a_session(topology: str, session: str, most: int | None) -> None:
    assert limits(topology)[session] == most


def test_allocations_are_the_limits(tmp_path: Path) -> None:
    text = (TOPOLOGIES / "private_vif.yaml").read_text(encoding="utf-8")
    keys = "prefix_pool_allocated_count_ipv4: 200, prefix_pool_allocated_count_ipv6: 300, "
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace("vlan: 101, ", f"vlan: 101, {keys}"), encoding="utf-8")
    quotas = {session.name: session.prefix_quota for session in make_plan(load(file)).sessions}
    assert [quota.most for quota in (quotas["prod"], quotas["prod_ipv6"]) if quota is not None] == [200, 300]


def test_a_vpc_route_table_leaves_out_what_it_has_no_room_for() -> None:
    plan = plan_of("backup_connection")
    leak = tuple(IPv4Network(f"10.64.{number}.0/24") for number in range(150))
    speakers = (replace(s, originates=(*s.originates, *leak)) if s.name == "colo_router" else s for s in plan.speakers)
    sessions = (
        replace(s, ends=(replace(s.ends[0], announces=None), s.ends[1]), prefix_quota=None) for s in plan.sessions
    )
    leaking = replace(plan, speakers=tuple(speakers), sessions=tuple(sessions))
    (gateway,) = leaking.gateways
    (table,) = tables_of(gateway)
    rib = gateway_rib(leaking, gateway, converge(leaking), table)
    assert len(rib.best) == 151
    assert not_installed(gateway, table, rib) == set(leak[99:])
    few = gateway_rib(plan, plan.gateways[0], converge(plan), table)
    assert not_installed(plan.gateways[0], table, few) == frozenset()


def test_more_than_200_allowed_prefixes_of_a_transit_gateway_are_refused() -> None:
    plan = plan_of("transit_gateway")
    (gateway,) = plan.gateways
    (attachment,) = gateway.attachments
    wanted = [IPv4Network(f"10.64.{number}.0/24") for number in range(201)]
    assert refusal(plan, gateway.node, attachment.speaker, wanted[:200]) is None
    said = refusal(plan, gateway.node, attachment.speaker, wanted)
    assert said is not None
    assert said.startswith("201 prefixes are more than the 200 allowed prefixes, IPv4 and IPv6 together")
    assert said.endswith("AWS refuses the update of the association")


def test_the_allowed_prefixes_of_another_transit_gateway_do_not_count() -> None:
    plan = plan_of("transit_gateway")
    (gateway,) = plan.gateways
    (attachment,) = gateway.attachments
    wanted = tuple(IPv4Network(f"10.64.{number}.0/24") for number in range(201))
    other = replace(gateway, node="tgw_2", attachments=(replace(attachment, allowed_prefixes=wanted[:1]),))
    assert refusal(replace(plan, gateways=(gateway, other)), gateway.node, attachment.speaker, wanted) is None


def test_a_virtual_private_gateway_has_no_such_quota() -> None:
    plan = plan_of("direct_connect_gateway")
    wanted = [IPv4Network(f"10.64.{number}.0/24") for number in range(201)]
    assert refusal(plan, "vgw_west", plan.gateways[0].attachments[0].speaker, wanted) is None
