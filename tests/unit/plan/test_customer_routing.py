"""What the customer's own words do: announcements, MED, communities, filters, static routes."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path

import pytest

from dxemu.control.converge import converge, gateway_rib
from dxemu.control.forward import Believed, Forwarding, TableLayout
from dxemu.plan.make import make_plan
from dxemu.plan.model import MAIN_TABLE, Plan, Side
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
VALID = Path(__file__).parents[1] / "topology" / "valid"


def plan_of(name: str, change: Mapping[str, object]) -> Plan:
    return make_plan(load(TOPOLOGIES / f"{name}.yaml", change))


def of_customer(**vifs: Mapping[str, object]) -> Mapping[str, object]:
    """A change of what the customer's router does on each virtual interface."""
    return {"virtual_interfaces": {name: {"customer": words} for name, words in vifs.items()}}


def answers_through(plan: Plan) -> dict[str, str]:
    """Through which speaker the gateway sends to each of the customer's prefixes, and by which rule."""
    (gateway,) = plan.gateways
    best = gateway_rib(plan, gateway, converge(plan), MAIN_TABLE).best
    return {str(prefix): f"{choice.route.session}: {choice.rule}" for prefix, choice in best.items()}


@pytest.mark.parametrize(
    ("primary", "backup", "answer"),
    [
        ({"med": 20}, {"med": 10}, "dx_2:vgw: lower MED from AS 65000 (10 over 20)"),
        ({"med": 20}, {}, "dx_2:vgw: lower MED from AS 65000 (0 over 20)"),
        ({"med": 20}, {"med": 10, "as_path_prepend": 1}, "dx_1:vgw: shorter AS_PATH (1 over 2)"),
        ({"communities": ["7224:7300"], "med": 20}, {"med": 10}, "dx_1:vgw: higher local preference (300 over 200)"),
        (
            {"communities": ["7224:7300"], "send_communities": False, "med": 20},
            {"med": 10},
            "dx_2:vgw: lower MED from AS 65000 (10 over 20)",
        ),
    ],
    ids=["MED", "no MED counts as 0", "AS_PATH before MED", "community before MED", "communities that are not sent"],
)
def test_what_aws_makes_of_the_customers_words(
    primary: Mapping[str, object], backup: Mapping[str, object], answer: str
) -> None:
    """Direct Connect User Guide, "Routing policies and BGP communities": preference, AS_PATH, MED."""
    bare: Mapping[str, object] = {"communities": []}
    plan = plan_of("backup_connection", of_customer(primary={**bare, **primary}, backup={**bare, **backup}))
    assert answers_through(plan) == {"10.0.0.0/16": answer}


def test_each_virtual_interface_announces_its_own_prefixes() -> None:
    words = of_customer(primary={"announce": ["10.0.1.0/24", "0.0.0.0/0"]}, backup={"announce": ["10.0.0.0/8"]})
    answers = answers_through(plan_of("backup_connection", words))
    found = {prefix: answer.split(": ")[0] for prefix, answer in answers.items()}
    assert found == {"0.0.0.0/0": "dx_1:vgw", "10.0.0.0/8": "dx_2:vgw", "10.0.1.0/24": "dx_1:vgw"}


def test_a_virtual_interface_that_announces_nothing_has_no_way_back() -> None:
    words = of_customer(primary={"announce": []}, backup={"announce": []})
    assert answers_through(plan_of("backup_connection", words)) == {}


def test_a_more_specific_prefix_on_the_vpn_wins_over_direct_connect() -> None:
    """The longest prefix is looked at before the type of attachment."""
    plan = plan_of("vpn_backup", {"vpns": {"vpn": {"customer": {"announce": ["10.0.0.0/16", "10.0.1.0/24"]}}}})
    gateway = next(gateway for gateway in plan.gateways if gateway.node == "vgw")
    best = gateway_rib(plan, gateway, converge(plan), MAIN_TABLE).best
    assert best[ip_network("10.0.0.0/16")].route.session == "dx_1:vgw"
    assert best[ip_network("10.0.1.0/24")].route.session == "vpn_endpoint_1"


def test_the_import_filter_leaves_the_other_path() -> None:
    plan = plan_of("backup_connection", of_customer(primary={"accept": ["192.168.0.0/16"]}))
    (prefix, choice), *_ = [
        (prefix, choice)
        for prefix, choice in converge(plan)["colo_router"].best.items()
        if prefix.prefixlen == 16 and str(prefix).startswith("172")
    ]
    assert (str(prefix), choice.route.session) == ("172.31.0.0/16", "backup")


def way_to_aws(plan: Plan, believed: Believed = Believed()) -> tuple[str, ...]:  # noqa: B008 - frozen
    return Forwarding(TableLayout(plan), believed).way("app", plan.address_of("web")).nodes


def static(**routes: str) -> Mapping[str, object]:
    return {"customer": {"data_center": {"routers": {"customer_router": {"static_routes": routes}}}}}


def test_a_static_route_wins_over_bgp_while_its_port_has_light() -> None:
    bgp, fixed = (plan_of("high_resiliency", change) for change in ({}, static(**{"172.31.0.0/16": "colo_ny"})))
    by_dc = ("app", "customer_router", "colo_dc", "dc_dx_1", "vgw", "web")
    by_ny = ("app", "customer_router", "colo_ny", "ny_dx_1", "vgw", "web")
    assert (way_to_aws(bgp), way_to_aws(fixed)) == (by_dc, by_ny)
    assert way_to_aws(fixed, Believed(dark=frozenset({("customer_router", "metro_ny")}))) == by_dc


def test_a_shorter_static_route_loses_to_a_longer_one_of_bgp() -> None:
    assert way_to_aws(plan_of("high_resiliency", static(**{"0.0.0.0/0": "colo_ny"})))[2] == "colo_dc"


def test_what_is_discarded_goes_nowhere() -> None:
    plan = plan_of("high_resiliency", static(**{"172.31.1.0/24": "discard"}))
    assert way_to_aws(plan) == ("app", "customer_router")


def test_an_asn_that_one_router_lets_in_its_peers_let_in_too() -> None:
    plan = make_plan(load(VALID / "the_customers_own_routing.yaml"))
    allowed = {session.name: [end.allow_as_in for end in session.ends] for session in plan.sessions}
    assert (allowed["primary"], allowed["colo_router-metro-customer_router"]) == ([1, 0], [1, 1])
    assert {s.name: s.maximum_paths for s in plan.speakers if s.side is Side.CUSTOMER and s.maximum_paths > 1} == {
        "customer_router": 2
    }
