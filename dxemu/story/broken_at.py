"""Where on a way an outage began: the element that the fault struck and its hop, if that is known and not guessed."""

from __future__ import annotations

from collections.abc import Sequence

from dxemu.events.base import Event
from dxemu.faults.menu import kinds
from dxemu.measure import paths
from dxemu.measure.result import FaultResult, Outage
from dxemu.parameters import Need, parameters_of
from dxemu.plan.model import Plan

ON_A_WAY = {"connection", "circuit", "internet", "router", "device", "tunnel"}
"""Targets of faults that are hops of a way; a virtual interface may have the name of another connection."""


def broken_at(plan: Plan, events: Sequence[Event], faults: Sequence[FaultResult], outage: Outage) -> str:
    """`it broke at primary, between colo_router and dx_1 (hop 3)`; "" if the fault struck nothing of that way."""
    fault = next((f for f in faults if f.fault == outage.fault), None)
    if fault is None or outage.after != "fault":
        return ""
    return _struck(plan, events, fault, outage.probe, outage.direction)


def first_broken_at(
    plan: Plan, events: Sequence[Event], faults: Sequence[FaultResult], outages: Sequence[Outage]
) -> str:
    """The same of the first of them of which it is known."""
    found = (broken_at(plan, events, faults, outage) for outage in sorted(outages, key=lambda o: o.start_s))
    return next(filter(None, found), "")


def slow_at(
    plan: Plan, events: Sequence[Event], faults: Sequence[FaultResult], way: tuple[str, str], at_s: float
) -> str:
    """The same for a packet that left at a moment and was slow: by the latest fault that stood then.

    `way` is a probe and a direction.
    """
    standing = [f for f in faults if f.injected_at_s <= at_s and (f.healed_at_s is None or at_s < f.healed_at_s)]
    found = (_struck(plan, events, f, *way) for f in sorted(standing, key=lambda f: -f.injected_at_s))
    return next(filter(None, found), "")


def _struck(plan: Plan, events: Sequence[Event], fault: FaultResult, probe: str, direction: str) -> str:
    kind = kinds().get(fault.kind)
    if kind is None:
        return ""
    targets = {p.key for p in parameters_of(kind) if p.need is Need.TARGET}
    if not targets or not targets <= ON_A_WAY or _means_two(plan, fault.target):
        return ""
    before = paths.before(paths.asked(events, probe, direction), fault.injected_at_s)
    hops = before[-1].hops if before and before[-1].complete else ()
    place = next((n for n, hop in enumerate(hops) if _is(plan, hop, fault.target)), None)
    if place is None:
        return ""
    hop = place // 2 + place % 2
    between = f", between {hops[place - 1]} and {hops[place + 1]}" if place % 2 else ""
    return f"it broke at {fault.target}{between} (hop {hop})"


def _is(plan: Plan, hop: str, target: str) -> bool:
    cable = plan.cable_named(hop)
    return hop == target or (cable is not None and cable.connection == target)


def _means_two(plan: Plan, name: str) -> bool:
    """Whether a circuit and a connection have that name."""
    cable = plan.cable_named(name)
    return cable is not None and cable.connection != name and bool(plan.cables_of_connection(name))
