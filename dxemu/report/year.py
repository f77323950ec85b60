"""What a year may cost, for people and as JSON."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

from dxemu.audit.year import Year
from dxemu.report.html.words import long
from dxemu.words import count


def lines(found: Year) -> Iterator[str]:
    """The worst first, and what that makes of the year."""
    yield "  What a year may cost, in the mean of many, at the rates that were given"
    for cost in found.costs:
        yield f"    {cost.text:<58} {cost.times:g} a year   {_between(cost.low_s, cost.high_s)}"
    if found.costs:
        percent = found.availability_percent
        left = "" if percent is None else f"   {percent:.5g} % of the year at least are left"
        yield f"    {'together':<58} {_between(found.low_s, found.high_s)}{left}"
    if found.unrated:
        words = f"{count(len(found.unrated), 'failure')} that cost an outage: {'; '.join(found.unrated)}"
        yield f"    without a rate: {words}"


def to_json(found: Year) -> dict[str, object]:
    """Seconds; null where nobody said how long a repair takes."""
    return {
        "outage_s": [found.low_s, _or_none(found.high_s)],
        "availability_percent": found.availability_percent,
        "failures": [{**dataclasses.asdict(cost), "high_s": _or_none(cost.high_s)} for cost in found.costs],
        "without_a_rate": list(found.unrated),
    }


def _or_none(seconds: float) -> float | None:
    return None if math.isinf(seconds) else seconds


def _between(low_s: float, high_s: float) -> str:
    if math.isinf(high_s):
        return "until repair: say how long that takes"
    return long(high_s) if low_s == high_s else f"{long(low_s)} - {long(high_s)}"
