"""Which faults stand at a moment, and what is dead and known because of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from dxemu.control.tables import Believed
from dxemu.plan.model import Plan
from dxemu.predict.impact import Impact
from dxemu.predict.notice import everything, notices


def cables_of(impacts: Iterable[Impact]) -> frozenset[str]:
    """All that they hit."""
    return frozenset(cable for impact in impacts for cable in impact.cables)


def ends_s(impact: Impact) -> float:
    """When it is healed, in seconds since the run's start; infinite if it never is."""
    return math.inf if impact.until is None else float(impact.until)


def lasting(impacts: Sequence[Impact], at: float) -> tuple[Impact, ...]:
    """Those that have begun by `at` and go on after it."""
    return tuple(i for i in impacts if i.at <= at and ends_s(i) > at)


def knowing(plan: Plan, impacts: Sequence[Impact]) -> Believed:
    """What is believed when everything about `impacts` has been noticed."""
    dead = cables_of(impacts)
    return everything([one for i in impacts for one in notices(plan, i, dead) if one.lasts], Believed())


def together(one: Believed, other: Believed) -> Believed:
    """What is believed with both."""
    return Believed(
        down_ends=one.down_ends | other.down_ends,
        lost=one.lost | other.lost,
        dark=one.dark | other.dark,
        masters_gone=one.masters_gone | other.masters_gone,
        out=one.out | other.out,
    )
