"""Whose an outage is that begins long after what was done last."""

from __future__ import annotations

import pytest

from dxemu.events.base import Event
from dxemu.measure.causes import Causes
from dxemu.measure.outages import Burst, FaultMark
from dxemu.measure.stages import Hit
from tests.unit.events.filled import filled

FREEZE, TEST, TESTED = FaultMark(5, "freeze", "fault"), FaultMark(7, "test", "fault"), FaultMark(12, "test", "heal")
MARKS = (FREEZE, TEST, TESTED)
HITS = (
    Hit(fault="freeze", sessions=frozenset({"prod", "metro"}), cables=frozenset()),
    Hit(fault="test", sessions=frozenset({"prod"}), cables=frozenset()),
)


def ended(at: float, session: str, reason: str = "hold_timer") -> Event:
    about = {"node": "customer_router", "session": session, "state": "down", "reason": reason}
    return filled({"t": at, "event": "bgp", **about})


def whose(start_s: float, *events: Event, marks: tuple[FaultMark, ...] = MARKS) -> FaultMark | None:
    return Causes(marks, HITS, events).of(Burst(0, 0, start_s, None, 1), 0.01)


def test_an_outage_belongs_to_the_fault_whose_session_has_just_ended():
    assert whose(82.232, ended(82.229, "metro")) == FREEZE


@pytest.mark.parametrize(
    ("start_s", "events"),
    [
        (82.232, []),
        (82.232, [ended(82.229, "prod")]),
        (82.232, [ended(82.229, "metro"), ended(82.229, "prod")]),
        (82.232, [ended(80.0, "metro")]),
        (82.232, [ended(82.3, "metro")]),
        (82.232, [ended(82.229, "metro", "shut_down")]),
        (82.232, [ended(82.229, "nobodys")]),
        (12.004, [ended(11.9, "metro")]),
        (12.005, [ended(12.001, "metro")]),
    ],
)
def test_else_to_what_was_done_last(start_s, events):
    """Nothing ended, or what both struck, or long before, or after it, or not by itself, or it began at once."""
    assert whose(start_s, *events) == TESTED


def test_a_mark_stands_for_all_of_its_moment():
    injected = filled({"t": 7.0, "event": "fault_injected", "fault": "other", "injected_at_s": 7.0})
    both = (*HITS, Hit(fault="other", sessions=frozenset({"metro"}), cables=frozenset()))
    causes = Causes(MARKS[:2], both, [injected, ended(82.229, "metro")])
    assert causes.of(Burst(0, 0, 82.232, None, 1), 0.01) == TEST


def test_what_was_healed_meanwhile_is_charged_to_its_heal():
    thawed = FaultMark(9, "freeze", "heal")
    assert whose(82.232, ended(82.229, "metro"), marks=(FREEZE, TEST, thawed, TESTED)) == thawed


def test_what_was_done_on_purpose_costs_what_comes_after_it():
    done = FaultMark(20, "shut", "action")
    assert whose(82.232, ended(82.229, "metro"), marks=(*MARKS, done)) == done
    assert whose(1, marks=MARKS) is None
