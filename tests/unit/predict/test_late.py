"""Who gives a session up after the heal only, and what strikes at one moment with what cuts nothing."""

from __future__ import annotations

import pytest
from small_plan import small_plan
from test_unheard import predicted

from dxemu.faults.bfd_silent import BfdSilent
from dxemu.faults.bgp_silent import BgpSilent
from dxemu.faults.cable_cut import CableCut
from dxemu.faults.cable_silent import CableSilent
from dxemu.faults.failover_test import FailoverTest
from dxemu.faults.light_lost import LightLost
from dxemu.faults.location_down import LocationDown
from dxemu.predict.impact import impact_of
from dxemu.predict.predict import predict
from dxemu.units import Seconds


def test_who_saw_no_light_go_gives_its_session_up_when_it_is_told():
    dark = LightLost(circuit="metro", at="colo_router")
    late = predicted(small_plan(name="private_vif"), dark, lasts=0.223)["to_aws"].recovery.outage
    assert late.contains(0.02), "so much was measured"
    # the longest wait between two tries while the hold timer of 91 s runs is 21 s, and then it connects
    assert late.high_s == pytest.approx(21 + 1.2, abs=0.1)
    both_dark = predicted(small_plan(name="private_vif"), CableCut(circuit="metro"), lasts=0.223)
    assert both_dark["to_aws"].recovery.outage.high_s == 0


@pytest.mark.parametrize(
    ("fault", "lasts", "at_most_s"),
    [
        (BfdSilent(virtual_interface="prod"), 0.3, 0),
        (BfdSilent(virtual_interface="prod"), 0.7, 1.2),
        (BfdSilent(virtual_interface="prod"), 1.0, 0),
        (CableSilent(connection="primary"), 0.3, 0),
        (CableSilent(connection="primary"), 0.7, 1 + 1.2),  # the end that waits may refuse the other one's first try
        (CableSilent(connection="primary"), 1.0, 0),
    ],
)
def test_bfd_may_end_a_session_before_the_next_packet_comes(fault, lasts, at_most_s):
    """It has seen nothing for 599 to 913 ms; the next packet comes up to 300 ms after the heal."""
    found = predicted(small_plan(name="private_vif"), fault, lasts=lasts)
    for one in found.values():
        assert one.recovery.outage.high_s == pytest.approx(at_most_s, abs=0.02)


def test_what_cuts_nothing_and_what_cuts_all_at_one_moment_cost_what_is_cut():
    plan = small_plan()
    together = [FailoverTest(virtual_interface="primary"), LocationDown(location="EqDC2")]
    impacts = [impact_of(plan, type(f).__name__, Seconds(5), Seconds(80), f.effects(plan)) for f in together]
    for order in (impacts, impacts[::-1]):
        first, second = predict(plan, order)[::2]
        assert first.outage.low_s == pytest.approx(75, abs=0.01)
        assert second.outage.high_s == 0, "it is predicted for the first"


def test_what_struck_before_and_nobody_has_noticed_yet_is_not_known():
    """BGP of the backup has been silent for 8 s: its hold timer runs for another 52 s at least, and it takes over."""
    plan = small_plan()
    faults = [(BgpSilent(virtual_interface="backup"), 5, 25), (CableSilent(connection="primary"), 13, 20)]
    impacts = [
        impact_of(plan, type(f).__name__, Seconds(at), Seconds(until), f.effects(plan)) for f, at, until in faults
    ]
    outage = predict(plan, impacts, only=impacts[1])[0].outage
    assert outage.contains(0.7)
    assert not outage.contains(1.5)


def test_what_is_noticed_meanwhile_is_known_then():
    plan = small_plan()
    faults = [(BgpSilent(virtual_interface="backup"), 5, 250), (CableSilent(connection="primary"), 100, 200)]
    impacts = [
        impact_of(plan, type(f).__name__, Seconds(at), Seconds(until), f.effects(plan)) for f, at, until in faults
    ]
    assert predict(plan, impacts, only=impacts[1])[0].outage.low_s >= 100


def test_a_heal_of_what_nobody_noticed_does_not_bring_packets_back_that_something_else_stops():
    """The backup's BGP is silent for 0.42 s, which nobody notices; BFD moves packets there as ever."""
    plan = small_plan()
    faults = [(BgpSilent(virtual_interface="backup"), 5.42), (CableSilent(connection="primary"), 65)]
    impacts = [impact_of(plan, type(f).__name__, Seconds(5), Seconds(until), f.effects(plan)) for f, until in faults]
    for order in (impacts, impacts[::-1]):
        outage = predict(plan, order)[0].outage
        assert outage.contains(0.75)
        assert not outage.contains(0.42)
