"""Which faults stand at a moment, and what is dead and known because of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from dxemu.control.tables import Believed
from dxemu.plan.model import Plan
from dxemu.predict.impact import Impact
from dxemu.predict.notice import Noticed, everything, notices
from dxemu.predict.windows import Term


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


def by_then(
    plan: Plan, impacts: Sequence[Impact], dead: AbstractSet[str], at: float
) -> tuple[Believed, tuple[Noticed, ...]]:
    """What is believed of `impacts` at a moment, however late it is noticed; and what may still be, from then on.

    Until then the cables in `dead` carry nothing.
    """
    known: list[Noticed] = []
    pending: list[Noticed] = []
    for impact in impacts:
        ago_s = at - float(impact.at)
        for one in notices(plan, impact, dead):
            if one.lasts and one.detection.after.high_s <= ago_s:
                known.append(one)
            elif one.lasts:
                pending.append(counted_from(one, ago_s))
    return everything(known, Believed()), tuple(pending)


def counted_from(noticed: Noticed, ago_s: float) -> Noticed:
    """The same of something that struck so long before, if it was not noticed until now."""
    found = noticed.detection
    ago = Term("an earlier fault", -ago_s, -ago_s, "scenario: at")
    after = found.after.plus(ago)
    after = after.plus(Term("not before this one", max(0.0, -after.low_s), 0, "arithmetic"))
    return replace(noticed, detection=replace(found, after=after, seen=None))


def later(noticed: Noticed, by_s: float) -> Noticed:
    """The same of something that strikes so much later."""
    if by_s <= 0:
        return noticed
    found = noticed.detection
    wait = Term("another fault striking", by_s, by_s, "scenario: at")
    return replace(noticed, detection=replace(found, after=found.after.plus(wait), seen=None))


def both(one: Believed, other: Believed) -> Believed:
    """What is believed with each of them."""
    return Believed(
        down_ends=one.down_ends & other.down_ends,
        lost=one.lost & other.lost,
        dark=one.dark & other.dark,
        masters_gone=one.masters_gone & other.masters_gone,
        out=one.out & other.out,
    )


def together(one: Believed, other: Believed) -> Believed:
    """What is believed with both."""
    return Believed(
        down_ends=one.down_ends | other.down_ends,
        lost=one.lost | other.lost,
        dark=one.dark | other.dark,
        masters_gone=one.masters_gone | other.masters_gone,
        out=one.out | other.out,
    )
