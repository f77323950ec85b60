"""VPN CloudHub: what a virtual private gateway tells one VPN of what it hears in another one."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

import pytest

from dxemu.bgp.route import Route
from dxemu.control.converge import converge, gateway_rib
from dxemu.control.forward import forwarding
from dxemu.plan.make import make_plan
from dxemu.plan.model import MAIN_TABLE, Plan
from dxemu.run.prepare import prepare
from dxemu.topology.load import load
from dxemu.units import network

ROOT = Path(__file__).parents[3]
SCENARIO = ROOT / "scenarios" / "branches_meet_by_vpn_cloudhub.yaml"
HOME, BRANCH, VPC = network("10.0.0.0/16"), network("10.1.0.0/16"), network("172.31.0.0/16")
LINES = {"customer_router": {"address": "198.51.100.2"}, "colo_ny": {"address": "198.51.100.66"}}
SITE = {"networks": ["10.1.0.0/16"], "hosts": {"branch": "10.1.1.10"}}


def plan_of(*, asn: int | None = 65001, away: Mapping[str, object] | None = None, allow_as_in: int = 0) -> Plan:
    """Two VPNs of one virtual private gateway; the branch has an ASN of its own, or the customer's."""
    site = SITE if asn is None else {**SITE, "asn": asn}
    vpns = {
        "home": {"gateway": "vgw", "router": "customer_router", "customer_address": "198.51.100.2"},
        "away": {"gateway": "vgw", "router": "colo_ny", "customer_address": "198.51.100.66", **(away or {})},
    }
    if allow_as_in:
        vpns["home"]["customer"] = {"allow_as_in": allow_as_in}  # type: ignore[assignment]  # a mapping of values
    change = {
        "customer": {"colocations": {"EqNY5": site}, "circuits": {"metro_ny": None}, "internet": LINES},
        "vpns": vpns,
    }
    return make_plan(load(ROOT / "topologies" / "high_resiliency.yaml", change))


def heard(plan: Plan, router: str, prefix: object) -> list[Route]:
    """What came in the tunnels."""
    found = converge(plan)[router].candidates(prefix)  # type: ignore[arg-type]  # a prefix
    return [route for route in found if "tunnel" in route.session]


def test_each_site_hears_of_the_other_one_in_both_of_its_tunnels_and_of_the_vpc() -> None:
    plan = plan_of()
    for router, prefix, other in (("customer_router", BRANCH, 65001), ("colo_ny", HOME, 65000)):
        routes = heard(plan, router, prefix)
        assert [tuple(map(int, route.as_path)) for route in routes] == [(64513, other)] * 2
        assert {route.med for route in routes} == {100}
        assert len(heard(plan, router, VPC)) == 2


@pytest.mark.parametrize(("allow_as_in", "count"), [(0, 0), (1, 2)], ids=["AS loop", "own AS allowed in"])
def test_sites_of_one_asn_refuse_each_other_unless_they_allow_it(allow_as_in: int, count: int) -> None:
    assert len(heard(plan_of(asn=None, allow_as_in=allow_as_in), "customer_router", BRANCH)) == count


def test_a_static_vpn_is_not_part_of_it() -> None:
    plan = plan_of(away={"routing": "static", "static_routes": ["10.1.0.0/16"]})
    assert heard(plan, "customer_router", BRANCH) == []
    assert not [cable.name for cable in plan.cables if cable.name.startswith("cloud_hub")]


def test_an_endpoint_without_power_tells_nobody_of_what_it_has_lost() -> None:
    """The router at home waits for its hold timer; that the endpoints lost each other's light says nothing to it."""
    found = {p.direction: p.outage for p in prepare(SCENARIO).predictions}
    assert (round(found["to_aws"].low_s), round(found["to_aws"].high_s)) == (20, 31)
    assert found["from_aws"].high_s < 0.1


def with_direct_connect(*, asn: int | None = 65001, allow_as_in: int = 0) -> Plan:
    """The data center has Direct Connect to a virtual private gateway, the branch a VPN to it."""
    branch = {"routers": {"branch_router": {}}, **SITE, **({} if asn is None else {"asn": asn})}
    change = {
        "customer": {
            "colocation": None,
            "colocations": {"EqDC2": {"routers": {"colo_router": {}}}, "EqNY5": branch},
            "internet": {"branch_router": LINES["colo_ny"]},
        },
        "aws": {"locations": {"EqNY5": {"devices": ["dx_3"]}}},
        "virtual_interfaces": {"primary": {"customer": {"allow_as_in": allow_as_in}}},
        "vpns": {"away": {"gateway": "vgw", "router": "branch_router", "customer_address": "198.51.100.66"}},
    }
    return make_plan(load(ROOT / "topologies" / "backup_connection.yaml", change))


def test_a_site_with_direct_connect_is_part_of_it_both_ways() -> None:
    plan = with_direct_connect()
    ribs = converge(plan)
    there = {route.session: tuple(map(int, route.as_path)) for route in ribs["colo_router"].candidates(BRANCH)}
    assert there == {"primary": (64512, 65001), "backup": (64512, 65001)}
    back = [route for route in ribs["branch_router"].candidates(HOME) if "tunnel" in route.session]
    assert [tuple(map(int, route.as_path)) for route in back] == [(64512, 65000)] * 2
    for here, far in (("app", "10.1.1.10"), ("branch", "10.0.1.10")):
        way = forwarding(plan).way(here, ip_address(far))
        assert way.arrives
        assert "dx_1" in way.nodes
        assert "vgw" not in way.nodes


def test_two_virtual_interfaces_tell_each_other_nothing() -> None:
    ribs = converge(with_direct_connect())
    for device in ("dx_1:vgw", "dx_2:vgw"):
        assert {route.external for route in ribs[device].candidates(HOME)} == {True}


def test_the_gateway_hears_of_each_site_by_its_own_way_alone() -> None:
    plan = with_direct_connect()
    table = gateway_rib(plan, next(one for one in plan.gateways if one.node == "vgw"), converge(plan), MAIN_TABLE)
    assert {route.session for route in table.candidates(BRANCH)} == {"away_endpoint_1", "away_endpoint_2"}
    assert {route.session for route in table.candidates(HOME)} == {"dx_1:vgw", "dx_2:vgw"}


@pytest.mark.parametrize(("allow_as_in", "told"), [(0, False), (1, True)], ids=["AS loop", "own AS allowed in"])
def test_of_one_asn_nothing_is_told_unless_it_is_allowed_in(allow_as_in: int, told: bool) -> None:
    plan = with_direct_connect(asn=None, allow_as_in=allow_as_in)
    assert any(route.session == "primary" for route in converge(plan)["colo_router"].candidates(BRANCH)) is told
