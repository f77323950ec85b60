"""A VPN's endpoints are in the Region of its gateway: addresses, delays and scopes follow."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from dxemu.control.converge import converge
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.plan.vpn_outside import outside_address, public_endpoints
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
WEST = {
    "aws": {
        "region_delays": {"us-west-2": "30 ms"},
        "vpcs": {"west": {"cidr": "172.30.0.0/16", "region": "us-west-2", "instances": {"far": "172.30.1.10"}}},
        "virtual_private_gateways": {"vgw_west": {"asn": 64599, "vpc": "west", "route_propagation": "on"}},
    },
    "vpns": {"west": {"gateway": "vgw_west", "router": "customer_router", "customer_address": "198.51.100.2"}},
}


def plan_of(topology: str, west: dict[str, object] | None = None) -> Plan:
    return make_plan(load(TOPOLOGIES / f"{topology}.yaml", WEST if west is None else west))


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of("vpn_backup")


def test_the_endpoints_are_where_their_gateway_is(plan: Plan) -> None:
    assert {plan.node(f"west_endpoint_{number}").place for number in (1, 2)} == {"us-west-2"}
    assert {plan.node(f"vpn_endpoint_{number}").place for number in (1, 2)} == {"us-east-1"}
    underlay = plan.cable("backbone_west_endpoint_1_underlay")
    assert {underlay.a.node, underlay.b.node} == {"west_endpoint_1", "amazon_us_west_2"}


def test_packets_over_the_internet_take_the_delay_of_the_region(plan: Plan) -> None:
    delays = {cable.b.node: float(cable.delay) for cable in plan.cables if cable.a.node == "internet" != cable.b.node}
    assert delays["amazon_us_west_2"] - delays["amazon_us_east_1"] == pytest.approx(0.03)


def test_the_file_s_region_has_amazon_s_prefix_and_others_each_address() -> None:
    topology = load(TOPOLOGIES / "vpn_backup.yaml", WEST)
    west = next(vpn for vpn in topology.vpns if vpn.name == "west")
    found = public_endpoints(topology)
    assert found.pop(IPv4Network("192.0.2.128/25")) == "us-east-1"
    assert found == {IPv4Network(outside_address(west, number, topology)): "us-west-2" for number in (1, 2)}


def test_a_public_virtual_interface_leads_to_them_and_says_where_they_are() -> None:
    west = {**WEST, "vpns": {"west": {**WEST["vpns"]["west"], "customer_address": "203.0.113.1"}}}
    plan = plan_of("ipsec_over_public_vif", west)
    tunnel = plan.tunnel("west_tunnel_1")
    route = converge(plan)["customer_router"].best[IPv4Network(tunnel.ends[1].outside)].route
    assert route.session == "public"
    assert set(route.communities) >= {"7224:8200"}
    assert "7224:8100" not in route.communities
    home = converge(plan)["customer_router"].best[IPv4Network("192.0.2.128/25")].route
    assert "7224:8100" in home.communities
