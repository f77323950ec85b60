"""A transit gateway's static route to an attachment follows whichever of its virtual interfaces or tunnels is up."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from dxemu.control.converge import converge, gateway_rib, tables_of
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load

DESIGN = Path(__file__).parents[1] / "topology" / "valid" / "static_routes_to_attachments.yaml"
FIRST, SECOND = ("first", "first_ipv6"), ("second", "second_ipv6")
TUNNELS = ("vpn_tunnel_1", "vpn_tunnel_2")
OUT = {"10.0.0.0/8": None, "2001:db8:10::/44": None}


def design(static: dict[str, str | None] | None = None, **table: Any) -> Plan:
    """The design with other static routes in its only route table; None takes one out."""
    change = {"main": {**table, "static_routes": {**OUT, "10.9.0.0/16": None, **static}}} if static is not None else {}
    return make_plan(load(DESIGN, {"aws": {"transit_gateways": {"tgw": {"route_tables": change}}}}))


def entries(plan: Plan, down: Iterable[str] = (), lost: Iterable[str] = ()) -> dict[str, str]:
    """What the table has: by prefix the speakers that share it."""
    gateway = plan.gateway_at("tgw")
    assert gateway is not None
    (table,) = tables_of(gateway)
    rib = gateway_rib(plan, gateway, converge(plan, frozenset(down)), table, frozenset(lost))
    return {
        str(prefix): " ".join(sorted(route.session.partition(":")[0] for route in choice.routes))
        for prefix, choice in rib.best.items()
    }


BY_FIRST = {"10.0.0.0/16": "dx_1", "2001:db8:10::/48": "dx_1"}
BY_SECOND = {"10.0.0.0/16": "dx_2", "2001:db8:10::/48": "dx_2"}
BOTH = {"10.9.0.0/16": "vpn_endpoint_1 vpn_endpoint_2"}


@pytest.mark.parametrize(
    ("down", "found"),
    [
        ((), BY_FIRST | BOTH),
        (FIRST, BY_SECOND | BOTH),
        (("first",), BY_SECOND | {"2001:db8:10::/48": "dx_1"} | BOTH),
        (("first_ipv6",), BY_FIRST | {"2001:db8:10::/48": "dx_2"} | BOTH),
        (SECOND, BY_FIRST | BOTH),
        ((*FIRST, *SECOND), BOTH),
        (TUNNELS[:1], BY_FIRST | {"10.9.0.0/16": "vpn_endpoint_2"}),
        (TUNNELS[1:], BY_FIRST | {"10.9.0.0/16": "vpn_endpoint_1"}),
        (TUNNELS, BY_FIRST),
    ],
)
def test_the_attachment_chooses_among_those_of_its_ways_that_are_up(
    down: tuple[str, ...], found: dict[str, str]
) -> None:
    assert entries(design(), down) == found


def test_a_way_that_the_gateway_takes_for_gone_counts_no_more() -> None:
    assert entries(design(), lost=["dx_1:dxgw", "vpn_endpoint_1"]) == BY_SECOND | {"10.9.0.0/16": "vpn_endpoint_2"}


def test_the_entry_goes_by_the_longest_prefix_that_covers_the_static_route() -> None:
    assert entries(design({"10.0.64.0/20": "dxgw"})) == {"10.0.64.0/20": "dx_1"}
    assert entries(design({"10.0.64.0/20": "dxgw"}), FIRST) == {"10.0.64.0/20": "dx_2"}


def test_a_longer_entry_of_the_table_decides_before_what_the_attachment_knows() -> None:
    nested = design({"10.0.0.0/8": "dxgw", "10.0.0.0/15": "vpn"})
    assert entries(nested) == {"10.0.0.0/16": "vpn_endpoint_1 vpn_endpoint_2", "10.9.0.0/16": "dx_1"}
    blackhole = design({"10.0.0.0/8": "dxgw", "10.0.0.0/15": "blackhole"})
    assert entries(blackhole) == {"10.9.0.0/16": "dx_1"}


def test_what_another_attachment_propagates_inside_is_longer_too() -> None:
    plan = design({"10.0.0.0/8": "dxgw"}, propagations=["prod", "vpn"])
    assert entries(plan) == {"10.0.0.0/16": "vpn_endpoint_1 vpn_endpoint_2"} | BOTH
    assert entries(plan, TUNNELS) == {"10.0.0.0/16": "dx_1", "10.9.0.0/16": "dx_1"}


def test_over_the_same_prefix_the_static_route_wins_whatever_is_propagated() -> None:
    plan = design({"10.0.0.0/16": "vpn"}, propagations=["prod", "dxgw"])
    found = entries(plan, TUNNELS)
    assert "10.0.0.0/16" not in found
    assert entries(plan)["10.0.0.0/16"] == "vpn_endpoint_1 vpn_endpoint_2"


def test_a_static_route_to_the_network_of_a_vpc_that_is_attached_decides() -> None:
    plan = design({"172.31.0.0/16": "dxgw"})
    kernel = [one for one in plan.static_routes if one.node == "tgw" and str(one.destination) == "172.31.0.0/16"]
    assert [one.via for one in kernel] == [None]


def test_a_default_route_to_an_attachment() -> None:
    plan = design({"0.0.0.0/0": "dxgw"})
    assert entries(plan) == {"10.0.0.0/16": "dx_1", "10.9.0.0/16": "dx_1"}
    default = ip_network("0.0.0.0/0")
    assert len([one for one in plan.static_routes if one.node == "tgw" and one.destination == default]) == 1
