"""Terms of windows at their bounds, each by the arithmetic that its source gives."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from small_plan import made, small_plan
from test_unheard import predicted

from dxemu.control.forward import Believed, forwarding
from dxemu.faults.cable_cut import CableCut
from dxemu.faults.cable_silent import CableSilent
from dxemu.faults.failover_test import FailoverTest
from dxemu.faults.node_down import NodeDown
from dxemu.plan.make import make_plan
from dxemu.plan.model import BfdSession
from dxemu.predict import held_down, lacp
from dxemu.predict.dead_peer import give_up_after
from dxemu.predict.detect import ARP_RETRY_S, bfd_timer, hold_timer, static_routes_back
from dxemu.predict.impact import impact_of
from dxemu.predict.notice import notices
from dxemu.predict.outcome import World
from dxemu.predict.predict import predict
from dxemu.predict.tunnels import ASKING, HOLDING, in_tunnel
from dxemu.predict.windows import Term, Window, any_of, sooner_of
from dxemu.topology.load import load
from dxemu.units import Seconds


def test_each_end_waits_for_what_the_other_one_sends() -> None:
    """RFC 4271 4.4: since the other end's last KEEPALIVE. RFC 5880 6.8.4: the other end's detect multiplier."""
    session = small_plan().session("primary")
    ends = (
        replace(session.ends[0], keepalive=Seconds(10), bfd=BfdSession(interval=Seconds(0.3), detect_mult=3)),
        replace(session.ends[1], keepalive=Seconds(20), bfd=BfdSession(interval=Seconds(0.5), detect_mult=5)),
    )
    session = replace(session, ends=ends, hold_time=Seconds(90))
    for end, keepalive, multiplier in ((ends[0], 20, 5), (ends[1], 10, 3)):
        held, bfd = hold_timer(session, end), bfd_timer(session, end)
        assert (held.node, held.after.low_s, held.after.high_s) == (end.node, 90 - keepalive, 91)
        assert bfd is not None and bfd.node == end.node
        assert bfd.after.terms[0].high_s == pytest.approx(multiplier * 0.5)
        assert bfd.after.terms[1].low_s == -0.5


def test_a_static_route_that_is_back_waits_for_one_arp_request_at_most() -> None:
    """It is customer_router's, and goes with the light of that router's own port only."""
    plan = made("vpn_backup_static")
    way = forwarding(plan).way("app", plan.address_of("web"))
    assert {node for node in way.nodes if plan.own_static_routes(node)} == {"customer_router"}
    crossed = way.crossings[way.nodes.index("customer_router")]
    assert crossed.ways == (("metro",),)
    back = static_routes_back(plan, way, {"metro"})
    assert (back.low_s, back.high_s) == (0, ARP_RETRY_S)
    for others in (set(), {"primary"}, {"app"}):
        assert static_routes_back(plan, way, others).high_s == 0


def test_members_that_choose_their_group_anew_may_do_it_at_once() -> None:
    alone, all_of_them = lacp.taken_in(), lacp.taken_in(all_of_them=True)
    assert (alone.low_s, all_of_them.low_s) == (0, 0)
    assert all_of_them.high_s == pytest.approx(alone.high_s + lacp.AGGREGATE_WAIT_S)


def test_a_session_that_was_given_up_as_the_heal_came_is_still_up() -> None:
    """The fault ends at the moment at which the first end could have noticed: nobody had."""
    plan = small_plan()
    fault = FailoverTest(virtual_interface="primary")
    session = plan.session("primary")
    impact = impact_of(plan, "it", Seconds(5), None, fault.effects(plan))
    least = min(found.after.low_s for of, _, found in held_down.losses(plan, impact) if of is session)
    for lasts, is_up in ((least, True), (least / 2, True), (least + 60, False)):
        healed = impact_of(plan, "it", Seconds(5), Seconds(5 + lasts), fault.effects(plan))
        assert (held_down.session_back(plan, healed, session).high_s == 0) is is_up, lasts


def test_a_lag_is_down_when_too_few_members_are_left_only() -> None:
    """Of two members one is cut: with one to be there at least, the bond lives, and BFD on the other one too."""
    one = predicted(made("lag"), CableCut(connection="member_1"))
    assert {p.detected_by for p in one.values()} == {"carrier"}
    assert all(p.outage.high_s < 1 for p in one.values())
    plan = replace(made("lag"), bonds=tuple(replace(bond, min_links=2) for bond in made("lag").bonds))
    both = predicted(plan, CableCut(connection="member_1"))
    assert all(p.outage.high_s == float("inf") for p in both.values())


@pytest.mark.parametrize("lasts", [0.5, 3.0, 30.0, 60.0])
def test_a_tunnel_comes_back_within_its_terms(lasts: float) -> None:
    """A dead endpoint has lost its keys whenever it comes back; its peer asks for others at even intervals."""
    plan = made("vpn_backup")
    found = predicted(plan, NodeDown(tunnel="vpn_tunnel_1"), lasts=lasts)["to_aws"]
    assert found.recovery is not None
    back = found.recovery.session_back
    assert all(0 <= term.low_s <= term.high_s for term in back.terms)
    names = [term.name for term in back.terms]
    assert len(names) == len(set(names))
    silent = in_tunnel(plan, plan.session("vpn_tunnel_1"), plan.session("vpn_tunnel_1").ends[0])
    assert back.low_s == 0 and 1 < back.high_s < 60 + silent.after.high_s


def test_ike_and_bgp_cross_ten_times() -> None:
    """IKE_SA_INIT, IKE_AUTH (RFC 7296 1.2), SYN, OPEN, KEEPALIVE: five round trips over 10 ms and 0.25 ms."""
    plan = made("vpn_backup")
    found = predicted(plan, NodeDown(tunnel="vpn_tunnel_1"), lasts=60)["to_aws"]
    assert found.recovery is not None
    (crossing,) = [term for term in found.recovery.session_back.terms if term.name == "IKE and BGP crossing"]
    assert crossing.high_s == pytest.approx(0.3 + 5 * 2 * 0.01025)


def test_a_lag_of_which_no_member_is_heard_is_down_by_lacp() -> None:
    """Without BFD: its members' LACPDUs stop, and that is sooner than the hold timer."""
    plan = made("lag")
    silent = [effect for n in (1, 2) for effect in CableSilent(connection=f"member_{n}").effects(plan)]
    impact = impact_of(plan, "it", Seconds(5), None, tuple(silent))
    found = {one.direction: one for one in predict(plan, [impact])}
    assert {one.detected_by for one in found.values()} == {"lacp"}


@pytest.mark.parametrize(
    ("lasts", "noticed", "asks"),
    [(3.0, False, False), (33.0, True, False), (60.0, True, True)],
)
def test_a_line_that_is_silent_loses_sessions_before_keys(lasts: float, noticed: bool, asks: bool) -> None:
    """BGP's 30 s end before dead peer detection's 40 s: in between it comes back over the keys that are there."""
    plan = made("vpn_backup")
    found = predicted(plan, CableSilent(internet="customer_router"), lasts=lasts)["to_aws"]
    assert found.recovery is not None
    back = found.recovery.others_back.get("vpn_tunnel_1", found.recovery.session_back)
    assert (back.high_s > 0) is noticed
    assert all(0 <= term.low_s <= term.high_s for term in back.terms)
    asking = next((term.high_s for term in back.terms if term.name == ASKING), 0.0)
    assert (asking > 0) is asks


def test_a_router_that_never_asks_keeps_its_keys_until_it_renews_them() -> None:
    """Its DPD is off: 3600 s of phase 2, less the margin of 270 s, and what charon then waits for an answer."""
    change = {"vpns": {"vpn": {"tunnels": {"1": {"customer": {"dpd": False}}}}}}
    plan = make_plan(load(Path(__file__).parents[3] / "topologies" / "vpn_backup.yaml", change))
    lasts = 60.0
    found = predicted(plan, NodeDown(tunnel="vpn_tunnel_1"), lasts=lasts)["to_aws"]
    assert found.recovery is not None
    after = give_up_after(plan.tunnels_at("customer_router"), "customer_router")
    (held,) = [term for term in found.recovery.session_back.terms if term.name == HOLDING]
    assert held.high_s == pytest.approx(3600 - 270 + after - lasts)


def test_a_static_route_goes_with_the_light_of_its_own_port_only() -> None:
    plan = made("vpn_backup_static")
    for fault, goes in ((CableCut(internet="customer_router"), True), (CableSilent(internet="customer_router"), False)):
        impact = impact_of(plan, "it", Seconds(5), None, fault.effects(plan))
        seen = [one.changes(Believed()).dark for one in notices(plan, impact, frozenset(impact.cables))]
        assert any(node == "customer_router" for dark in seen for node, _ in dark) is goes


def test_a_tunnel_leads_through_what_is_between_its_ends() -> None:
    shut = {"virtual_interfaces": {"primary": {"customer": {"enabled": False}}}}
    plan = make_plan(load(Path(__file__).parents[3] / "topologies" / "vpn_backup.yaml", shut))
    way = forwarding(plan).way("app", plan.address_of("web"))
    at = way.nodes.index("vpn_endpoint_1")
    assert way.nodes[at - 1] == "customer_router"
    assert not {"customer_router", "vpn_endpoint_1"} & set(way.crossings[at - 1].through)
    assert "internet" in way.crossings[at - 1].through


def test_a_flow_is_of_ipv4_unless_it_is_said() -> None:
    world = World(made("private_vif"))
    assert world.flow("app", "web") == world.flow("app", "web", 4)
    assert world.flow("app", "web") != world.flow("app", "web", 6)


def test_whatever_is_over_first_and_what_nobody_knows_before():
    never = Window((Term("never", math.inf, math.inf, "x"),))
    slow, soon = Window((Term("slow", 5, 9, "x"),)), Window((Term("soon", 1, 12, "x"),))
    assert sooner_of(never, slow) == sooner_of(slow, never) == slow
    assert (sooner_of(slow, soon).low_s, sooner_of(slow, soon).high_s) == (1, 9)
    assert (any_of([slow, soon]).low_s, any_of([slow, soon]).high_s) == (1, 12)
    assert any_of([slow]) == slow
    assert (any_of([never, slow]).low_s, any_of([slow, never]).high_s) == (5, math.inf)
    assert any_of([never, never]) == never
    assert sooner_of(any_of([never, slow]), never).low_s == sooner_of(never, any_of([never, slow])).low_s == 5
