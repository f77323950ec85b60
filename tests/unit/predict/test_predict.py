"""Predicted windows: each number here is computed by hand from the timers."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_plan import small_plan

from dxemu.daemons import exabgp_connect
from dxemu.plan.model import BfdSession
from dxemu.plan.versions import Versions
from dxemu.predict import detect
from dxemu.predict.detect import reconnect_delay_s, syn_gap_s
from dxemu.predict.impact import Impact
from dxemu.predict.predict import Prediction, explain_in_words, natural_end, predict
from dxemu.predict.windows import Term
from dxemu.units import Seconds


def impact(
    fault: str = "cable_silent",
    at: float = 20,
    until: float | None = None,
    cables: tuple[str, ...] = ("primary",),
    carrier: tuple[str, ...] = (),
) -> Impact:
    return Impact(
        fault=fault,
        at=Seconds(at),
        until=None if until is None else Seconds(until),
        cables=cables,
        carrier_lost_at=carrier,
    )


def both(plan, *impacts: Impact) -> dict[str, Prediction]:
    found = {p.direction: p for p in predict(plan, impacts) if p.fault == impacts[-1].fault}
    assert found.keys() == {"to_aws", "from_aws"}
    return found


def span(window) -> tuple[float, float]:
    return (pytest.approx(window.low_s), pytest.approx(window.high_s))


def test_a_silent_cut_without_bfd_waits_for_the_hold_timer():
    found = both(small_plan(bfd=None), impact())
    for direction, node in (("to_aws", "colo_router"), ("from_aws", "dx_1")):
        assert (found[direction].detected_by, found[direction].node) == ("hold_timer", node)
        assert span(found[direction].detect) == (60, 91)
    assert span(found["to_aws"].outage) == (60, 91.01)
    # from AWS the gateway moves, 1 ms before the device: what is on the backbone then is lost too
    assert span(found["from_aws"].outage) == (60, 91.011)


# 300 ms x 3: 600 - 900 ms, and BIRD sends up to 1.3 ms late and looks up to 1.9 ms late.
BFD_WINDOW = pytest.approx((0.6 - 0.0013, 0.9 + 0.0019))


def later(window, high_s, low_s=0.0):
    """The window with its high side, and perhaps its low side, moved."""
    low, high = window.expected
    return pytest.approx((low + low_s, high + high_s))


def test_bfd_notices_in_two_to_three_intervals():
    found = both(small_plan(), impact())
    assert found["to_aws"].detected_by == found["from_aws"].detected_by == "bfd"
    assert span(found["to_aws"].detect) == BFD_WINDOW
    assert span(found["to_aws"].outage) == later(BFD_WINDOW, 0.01)


def test_the_delay_of_the_session_cables_counts_on_both_ends():
    found = both(small_plan(cross_connect_delay=0.003), impact())
    assert span(found["to_aws"].detect) == later(BFD_WINDOW, 0.003)
    assert span(found["to_aws"].outage) == later(BFD_WINDOW, 0.016)


def test_carrier_is_noticed_by_the_end_that_loses_light_only():
    found = both(small_plan(bfd=None), impact(carrier=("colo_router",)))
    assert found["to_aws"].detected_by == "carrier"
    assert span(found["to_aws"].outage) == (0, 0.02)
    assert found["from_aws"].detected_by == "hold_timer"
    assert found["from_aws"].outage.low_s == 60


def test_a_fault_on_the_waiting_connection_costs_nothing():
    found = both(small_plan(), impact(cables=("backup",)))
    assert all(span(p.outage) == (0, 0) for p in found.values())
    assert found["to_aws"].detected_by == "bfd"
    assert "does not use" in explain_in_words(found["to_aws"])


def test_a_fault_healed_before_anyone_notices_lasts_exactly_as_long():
    found = both(small_plan(bfd=None), impact(at=20, until=30))
    assert span(found["to_aws"].outage) == (10, 10)
    recovery = found["to_aws"].recovery
    assert recovery is not None and span(recovery.session_back) == (0, 0)


def test_a_fault_healed_while_it_may_be_noticed_lasts_as_long_as_the_fault_and_the_move():
    """Whoever has noticed at the moment of the heal, or just before it, moves everything for all that."""
    plan = small_plan(bfd=None)
    found = both(plan, impact(at=20, until=95))["to_aws"]
    never = both(plan, impact(at=20))["to_aws"]
    moving = never.outage.high_s - never.detect.high_s
    assert moving == pytest.approx(0.01, abs=0.001)
    assert found.outage.low_s == never.outage.low_s
    assert found.outage.high_s == pytest.approx(75 + moving)
    assert "minus 0 - 16 s cut short by the heal" in explain_in_words(found)


def test_nothing_left_never_ends():
    found = both(small_plan(), impact(cables=("primary", "backup")))
    assert span(found["to_aws"].outage) == (math.inf, math.inf)
    assert natural_end(tuple(found.values()), [impact(cables=("primary", "backup"))]) == math.inf


def test_nothing_left_ends_with_the_heal_and_the_session():
    outage = both(small_plan(), impact(at=5, until=35, cables=("primary", "backup")))["to_aws"].outage
    assert outage.low_s == 30
    assert 30 < outage.high_s < 70


def test_a_second_fault_finds_the_traffic_where_the_first_left_it():
    first = impact("cable_silent", at=5)
    found = both(small_plan(), first, impact("cable_silent#2", at=60, cables=("backup",)))
    assert found["to_aws"].outage.low_s == math.inf
    found = both(
        small_plan(), impact("cable_silent", at=5, until=40), impact("cable_silent#2", at=60, cables=("backup",))
    )
    assert span(found["to_aws"].outage) == (0, 0)


def test_the_first_of_two_faults_heals_and_ends_the_second():
    found = both(small_plan(), impact(at=5, until=100), impact("cable_silent#2", at=60, cables=("backup",)))
    assert found["to_aws"].outage.low_s == 40
    assert not math.isinf(found["to_aws"].outage.high_s)


def test_a_circuit_between_two_routers_is_noticed_by_their_own_session():
    found = both(small_plan(), impact(cables=("metro",)))
    assert {d: (p.detected_by, p.node) for d, p in found.items()} == {
        "to_aws": ("hold_timer", "customer_router"),
        "from_aws": ("hold_timer", "colo_router"),
    }
    assert found["to_aws"].outage.low_s == math.inf
    found = both(small_plan(), impact(cables=("metro",), at=5, until=15))
    assert span(found["to_aws"].outage) == (10 - 0.003, 10 + 0.003)


def test_a_cable_that_no_session_crosses_is_noticed_by_nobody():
    found = both(small_plan(), impact(cables=("app",)))
    assert found["to_aws"].detected_by == "none"
    assert found["to_aws"].outage.low_s == math.inf
    assert "nothing is left" in explain_in_words(found["to_aws"])
    assert natural_end(predict(small_plan(), [impact(cables=("app",))]), [impact(cables=("app",))]) == math.inf


def test_a_layer_2_extension_counts_the_carrier_circuit_too():
    plan = small_plan(name="backup_connection_by_circuit")
    found = both(plan, impact(cables=("primary",), carrier=("dx_1",)))
    assert (found["from_aws"].detected_by, found["from_aws"].node) == ("carrier", "dx_1")
    assert (found["to_aws"].detected_by, found["to_aws"].node) == ("bfd", "customer_router")
    assert span(found["to_aws"].detect) == later(BFD_WINDOW, 0.003, 0.003)
    assert span(found["to_aws"].outage) == later(BFD_WINDOW, 0.003 + 0.01 + 0.003, 0.003 + 0.003)


def test_recovery_counts_carrier_and_the_next_syn():
    found = both(small_plan(), impact("cable_cut", at=5, until=35, carrier=("colo_router", "dx_1")))["to_aws"].recovery
    assert found is not None
    assert span(found.outage) == (0, 0)
    assert span(found.session_back) == (0, 1 + 3)


def test_what_is_between_the_router_and_the_last_cable_that_is_cut_is_lost():
    """The connection of 2 ms and the backbone of 1 ms die: what is on both of them is lost, too."""
    plan = small_plan(cross_connect_delay=0.002)
    found = both(plan, impact(cables=("primary", "backbone_dx_1_vgw")))["to_aws"]
    assert found.node == "colo_router"
    one = both(plan, impact(cables=("primary",)))["to_aws"]
    assert found.outage.high_s - found.detect.high_s == pytest.approx(0.01 + 0.002 + 0.001)
    assert found.outage.low_s - found.detect.low_s == pytest.approx(0.002)
    assert one.outage.high_s - one.detect.high_s == pytest.approx(0.01 + 0.002)
    assert one.outage.low_s - one.detect.low_s == pytest.approx(0)


def test_who_turns_hears_of_it_over_the_customers_circuit_and_at_aws_at_once():
    """The hosts' router hears from colo_router over 3 ms; vgw sees what its device dx_1 sees."""
    found = both(small_plan(name="vpn_backup"), impact(cables=("primary",)))
    hearing = [{t.name: t.high_s for t in one.outage.terms if "hearing" in t.name} for one in found.values()]
    assert hearing == [{"customer_router hearing of it": 0.003}, {}]
    assert [one.node for one in found.values()] == ["colo_router", "dx_1"]


def test_recovery_counts_three_round_trips():
    """SYN and its answer, both OPENs, both KEEPALIVEs; carrier adds nothing where the light stayed on."""
    found = both(small_plan(cross_connect_delay=0.01), impact(at=5, until=35))["to_aws"].recovery
    assert found is not None
    assert span(found.session_back) == (0, 3 + 3 * 2 * 0.01)


def test_recovery_waits_for_the_end_that_has_not_noticed():
    found = both(small_plan(bfd=None), impact("cable_cut", at=5, until=35, carrier=("colo_router",)))["to_aws"].recovery
    assert found is not None
    # dx_1 holds the session for up to 61 s more; by then ExaBGP waits up to 17 s between attempts
    assert span(found.session_back) == (0, 1 + 61 + 17 + 3)


@pytest.mark.parametrize(("dead_for", "gap"), [(0.5, 1), (1, 2), (2.9, 2), (3, 3), (100, 3)])
def test_the_next_syn_is_three_seconds_away_at_most(dead_for, gap):
    assert syn_gap_s(dead_for) == gap


def test_the_reconnect_timers_are_those_of_the_daemon():
    assert (detect.CONNECT_RETRY_S, detect.SYN_WAIT_S) == (exabgp_connect.CONNECT_RETRY_S, exabgp_connect.SYN_WAIT_S)


@pytest.mark.parametrize(("dead_for", "wait"), [(0, 1), (0.9, 1), (1, 2), (3, 3), (22, 9), (30, 9), (31, 11)])
def test_exabgp_reconnect_delay(dead_for, wait):
    assert reconnect_delay_s(dead_for) == wait


@given(st.floats(0, 5000))
def test_exabgp_reconnect_delay_is_what_its_own_rule_gives(dead_for):
    """Replays exabgp.reactor.delay.Delay with attempts that fail at once."""
    now, following, longest = 0.0, 0, 0
    while now <= dead_for:
        longest, now, following = following, now + following, min(int(1 + following * 1.2), 60)
    assert reconnect_delay_s(dead_for) == longest


def test_natural_end_is_the_last_thing_predicted():
    case = impact(at=20)
    assert natural_end(predict(small_plan(bfd=None), [case]), [case]) == pytest.approx(20 + 91.011)


@pytest.mark.parametrize(
    ("low_s", "high_s", "words"),
    [
        (0.5, 0.9, "plus 500 - 900 ms of it"),
        (0.5, 1.5, "plus 500 ms - 1.5 s of it"),
        (30, 90, "plus 30 - 90 s of it"),
        (0, 1.5, "plus up to 1.5 s of it"),
        (-1.5, -0.5, "minus 500 ms - 1.5 s it"),
        (-1.5, 0, "minus 0 - 1.5 s it"),
        (-1, 2, "plus or minus 2 s of it"),
        (-3, -3, "minus 3 s it"),
        (3, 3, "it 3 s"),
    ],
)
def test_a_term_has_both_units_where_they_differ(low_s, high_s, words):
    assert Term("it", low_s, high_s, "here").in_words() == words


def test_why_is_one_line_of_terms():
    words = explain_in_words(both(small_plan(bfd=None), impact())["to_aws"])
    assert words == (
        "hold 90 s, minus 0 - 30 s since the last keepalive, plus up to 1 s of ExaBGP's whole-second timer, "
        "plus milliseconds in routers and cables"
    )
    assert explain_in_words(both(small_plan(), impact())["to_aws"]).startswith(
        "BFD 3 x 300 ms = 900 ms, minus 0 - 300 ms since the last control packet"
    )


@given(
    at=st.floats(0, 100),
    lasts=st.one_of(st.none(), st.floats(0.01, 200)),
    bfd=st.booleans(),
    cables=st.sets(st.sampled_from(["primary", "backup", "metro", "backbone_dx_1_vgw"]), min_size=1),
    carrier=st.sets(st.sampled_from(["colo_router", "dx_1", "vgw"])),
)
def test_windows_are_ordered_and_every_term_has_a_source(at, lasts, bfd, cables, carrier):
    case = impact(
        at=at, until=None if lasts is None else at + lasts, cables=tuple(sorted(cables)), carrier=tuple(carrier)
    )
    found = predict(small_plan() if bfd else small_plan(bfd=None), [case])
    assert {p.direction for p in found} == {"to_aws", "from_aws"}
    for p in found:
        for window in (p.detect, p.outage, *((p.recovery.session_back,) if p.recovery else ())):
            assert 0 <= window.low_s <= window.high_s
            assert all(t.source and t.name for t in window.terms)
        assert lasts is None or p.outage.low_s <= lasts + 1e-6
        assert explain_in_words(p)


def test_each_end_waits_as_long_as_the_other_ends_multiplier_says():
    plan = small_plan(bfd=BfdSession(interval=Seconds(1), detect_mult=5))
    aws = BfdSession(interval=Seconds(0.3), detect_mult=3)
    sessions = tuple(
        replace(s, ends=(s.ends[0], replace(s.ends[1], bfd=aws))) if s.external else s for s in plan.sessions
    )
    found = both(replace(plan, sessions=sessions), impact())
    assert found["to_aws"].detect.high_s == pytest.approx(3 * 1 + 0.004)
    assert found["from_aws"].detect.high_s == pytest.approx(5 * 1 + 0.006)


def test_a_static_vpn_was_silent_for_up_to_the_dpd_delay_before_its_line_died():
    """AWS's end only sends: the last it heard was an answer to dead peer detection, up to 10 s before."""
    line = impact(cables=("internet_customer_router",))
    found = both(small_plan(name="vpn_backup_static"), line)["from_aws"]
    assert found.detected_by == "dpd"
    assert span(found.detect) == (40 - 1 - 10, 40 + 1)
    assert found.outage.contains(31.0)


def test_a_strongswan_that_counts_only_ike_gives_its_peer_up_as_long_after_its_last_answer():
    """It asks every 10 s however busy the tunnel is: the cut comes up to 10 s after an answer."""
    line = impact(cables=("internet_customer_router",))
    plan = small_plan(name="vpn_backup_static")
    crossing = 2 * sum(plan.cable(name).delay for name in next(s for s in plan.sessions if s.static).cables)
    for end in ("to_aws", "from_aws"):
        found = both(replace(plan, versions=Versions(strongswan="6.0.1")), line)[end]
        assert found.detected_by == "dpd"
        assert span(found.detect) == (40 - 10 - crossing, 40 + 1)
