"""`dxemu explain` of a transit gateway's static route to an attachment, which chooses among its own ways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dxemu.explain.model import Direction, Hop
from dxemu.explain.path import explain_path
from dxemu.explain.prefix import explain_prefix
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

LED = Path(__file__).parents[1] / "topology" / "valid" / "static_routes_to_attachments.yaml"


def design(**table: Any) -> State:
    topology = load(LED, {"aws": {"transit_gateways": {"tgw": {"route_tables": {"main": table}}}}})
    return State(topology, make_plan(topology))


def hop_at(way: Direction, node: str) -> Hop:
    return next(hop for hop in way.hops if hop.node == node)


def test_a_static_route_to_an_attachment_names_the_way_that_is_up_and_says_when_none_is() -> None:
    state = design()
    for name, ipv6 in (("app", False), ("app", True)):
        way = explain_path(state, "web", name, ipv6=ipv6).directions[0]
        reason = hop_at(way, "tgw").reason
        assert reason is not None
        assert reason.how == "static route to dxgw: Direct Connect, dx_1, virtual interface first"
        assert reason.losers[0].how == "Direct Connect, dx_2, virtual interface second"
        assert [following.over for following in way.next_best] == [("second",), ()]
        assert "a static route to dxgw, which knows no way to" in way.next_best[-1].rule
    tunnels = hop_at(explain_path(state, "web", "meter").directions[0], "tgw").reason
    assert tunnels is not None
    assert tunnels.how.startswith("static route to vpn: BGP VPN, vpn_tunnel_")
    assert len(tunnels.shared) == 2


def test_a_static_route_to_an_attachment_over_what_another_one_propagates() -> None:
    state = design(propagations=["prod", "dxgw", "vpn"], static_routes={"10.0.0.0/16": "vpn"})
    reason = hop_at(explain_path(state, "web", "app").directions[0], "tgw").reason
    assert reason is not None
    assert reason.how == "static route to vpn: BGP VPN, vpn_tunnel_1"
    over = {loser.how: loser.why for loser in reason.losers if loser.prefix == "10.0.0.0/16"}
    assert over == {
        f"Direct Connect, dx_{number}, virtual interface {vif}": "a static route over a propagated one"
        for number, vif in ((1, "first"), (2, "second"))
    }


def test_the_table_of_a_prefix_says_what_leads_there_once() -> None:
    def at_the_gateway(state: State, prefix: str) -> list[tuple[str, str]]:
        return [(one.how, one.why_not) for one in explain_prefix(state, prefix).tables if one.where.endswith("tgw")]

    by_first = "static route to dxgw: Direct Connect, dx_1, virtual interface first"
    assert at_the_gateway(design(), "10.0.0.0/16") == [(by_first, "")]
    assert at_the_gateway(design(), "10.0.0.0/8") == [("static route to dxgw", "")]
    static = {"10.0.0.0/8": None, "10.0.0.0/16": "dxgw"}
    assert at_the_gateway(design(propagations=["prod", "dxgw"], static_routes=static), "10.0.0.0/16") == [
        (by_first, "")
    ]
    led, kept_out = at_the_gateway(design(static_routes={"10.0.0.0/16": "vpn"}), "10.0.0.0/16")
    assert led == ("static route to vpn: BGP VPN, vpn_tunnel_1", "")
    assert kept_out[1] == "a static route of the route table wins over it"
