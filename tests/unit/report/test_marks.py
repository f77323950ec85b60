"""Faults of one moment have one mark: what they cost is common, and the first of them stands for it."""

from __future__ import annotations

from itertools import pairwise

from dxemu.events.steps import FaultInjected
from dxemu.report.evaluate import marks_of


def struck(fault: str, at_s: float, told_s: float) -> FaultInjected:
    return FaultInjected(t=told_s, fault=fault, kind=fault, target="", evidence="", injected_at_s=at_s)


def test_what_is_asked_for_at_one_moment_has_one_mark() -> None:
    """An endpoint whose ports take 1.05 ms to be dark, and a location after it: told together."""
    found = marks_of([struck("node_down", 5.0, 5.00105), struck("location_down", 5.00105, 5.00105)])
    assert [(mark.fault, mark.t) for mark in found] == [("node_down", 5.0)]


def test_what_comes_later_has_its_own() -> None:
    found = marks_of([struck("node_down", 5.0, 5.00105), struck("location_down", 5.01, 5.01)])
    assert [mark.fault for mark in found] == ["node_down", "location_down"]


def test_nodes_that_lose_their_power_one_after_the_other_have_one_mark() -> None:
    times = (5.0, 5.001049, 5.002098, 5.003147)
    found = marks_of([struck(f"node_down#{n}", at, told) for n, (at, told) in enumerate(pairwise(times))])
    assert [(mark.t, mark.fault) for mark in found] == [(5.0, "node_down#0")]
