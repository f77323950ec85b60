"""How many prefixes AWS's end of each session takes, and what a VPC's route table leaves out."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from dxemu.actions.update_allowed_prefixes import refusal
from dxemu.control.converge import Settled, converge, gateway_rib, tables_of
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


NETWORKS = [f"10.{number}.0.0/16" for number in range(101)]
NETWORKS_IPV6 = [f"2001:db8:{number:x}::/48" for number in range(0x10, 0x10 + 101)]


def overfull(name: str, networks: list[str], **change: object) -> Plan:
    more = {"customer": {"data_center": {"networks": networks}}, **change}
    return make_plan(load(TOPOLOGIES / f"{name}.yaml", more))


@pytest.mark.parametrize(
    ("name", "networks", "idle"),
    [
        ("private_vif", [*NETWORKS, "2001:db8:10::/48"], {"prod"}),
        ("private_vif", ["10.0.0.0/16", *NETWORKS_IPV6], {"prod_ipv6"}),
        ("vpn_backup", NETWORKS, {"primary", "vpn_tunnel_1", "vpn_tunnel_2"}),
        ("vpn_backup_static", NETWORKS, {"primary"}),
        ("private_vif", [*NETWORKS[:100], "2001:db8:10::/48"], set()),
    ],
)
def test_a_session_beyond_its_quota_by_design_is_idle(name: str, networks: list[str], idle: set[str]) -> None:
    """Both ends forget what they heard, and the other family's session stays."""
    plan = overfull(name, networks)
    settled = Settled(plan)
    assert set(settled.beyond_quota) == idle
    assert all("101 prefixes are more than the 100 allowed" in why for why in settled.beyond_quota.values())
    for session in plan.sessions:
        heard = [settled.ribs[end.speaker].learnt(session.name) for end in session.ends]
        assert all(heard) or session.name in idle or session.static or not session.external
        assert not any(heard) or session.name not in idle


def test_an_allocation_that_was_forgotten_on_the_backup() -> None:
    """The backup is Idle from the start, so nothing is left when the primary fails."""
    allocated = {"primary": {"prefix_pool_allocated_count_ipv4": 150}}
    settled = Settled(overfull("backup_connection", NETWORKS, virtual_interfaces=allocated))
    assert set(settled.beyond_quota) == {"backup"}
    ends = frozenset(
        (session.name, end.speaker) for session in plan_of("backup_connection").sessions for end in session.ends
    )
    without = settled.without(frozenset(end for end in ends if end[0] == "primary"))
    assert not without["dx_2:vgw"].learnt("backup")
    assert IPv4Network("172.31.0.0/16") not in without["colo_router"].best
