"""Outages of one direction that meet: packets are lost once only, and what is measured is one outage.

It is the cost of the fault with which it begins, and lasts until both are over; the other one costs nothing. Where it
is not known whether they meet, or which is first, each may be either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from dxemu.predict.impact import Impact
from dxemu.predict.prediction import Prediction
from dxemu.predict.windows import Term, Window

SOURCE = "arithmetic: loss is charged to what it begins with"


@dataclass(frozen=True, slots=True)
class _Lost:
    """An outage between its earliest and its latest beginning, and end, in seconds since the run's start."""

    begins: tuple[float, float]
    ends: tuple[float, float]

    @classmethod
    def of(cls, prediction: Prediction, at: float) -> _Lost:
        first, last = prediction.begins.low_s, prediction.begins.high_s
        low, high = prediction.outage.low_s + last, prediction.outage.high_s + first
        return cls((at + first, at + last), (at + low, at + max(low, high)))

    def surely_in(self, other: _Lost) -> bool:
        """Whether it begins while the other one lasts, whatever happens."""
        return other.begins[1] <= self.begins[0] and self.begins[1] < other.ends[0]

    def perhaps_in(self, other: _Lost) -> bool:
        """Whether it may begin while the other one lasts."""
        return other.begins[0] <= self.begins[1] and self.begins[0] < other.ends[1]


def settled(predictions: Sequence[Prediction], impacts: Sequence[Impact]) -> tuple[Prediction, ...]:
    """The same, of faults whose outages may meet; each is predicted as if it had not met the others."""
    at = {impact.fault: float(impact.at) for impact in impacts}
    found = list(predictions)
    costing = [number for number, one in enumerate(found) if one.fault in at and one.outage.high_s > 0]
    lost = {number: _Lost.of(found[number], at[found[number].fault]) for number in costing}
    for one, other in combinations(sorted(costing, key=lambda number: lost[number].begins), 2):
        if (found[one].probe, found[one].direction) == (found[other].probe, found[other].direction):
            found[one] = _met(found[one], lost[one], lost[other], found[other].fault)
            found[other] = _met(found[other], lost[other], lost[one], found[one].fault)
    return tuple(found)


def _met(prediction: Prediction, mine: _Lost, other: _Lost, fault: str) -> Prediction:
    """What becomes of the cost of one, beside the other one, of `fault`."""
    outage = prediction.outage
    if outage.high_s == 0:
        return prediction
    if mine.surely_in(other):
        return replace(prediction, outage=Window((Term(f"{fault} has cut it off already", 0, 0, SOURCE),)))
    if other.perhaps_in(mine):
        shortest = other.ends[0] - mine.ends[0] if other.surely_in(mine) else 0.0
        outage = _longer(outage, max(0.0, shortest), other.ends[1] - mine.ends[1], fault)
    if mine.perhaps_in(other) and outage.low_s > 0:
        outage = _or_nothing(outage, fault)
    return replace(prediction, outage=outage)


def _longer(outage: Window, low: float, high: float, fault: str) -> Window:
    if math.isinf(outage.high_s) or high <= 0:
        return outage
    return outage.plus(Term(f"{fault} striking before it is over", low, high, SOURCE))


def _or_nothing(outage: Window, fault: str) -> Window:
    if math.isinf(outage.low_s):
        return Window((Term(f"no end, or nothing where {fault} has cut it off already", 0, math.inf, SOURCE),))
    return outage.plus(Term(f"where {fault} has cut it off already", -outage.low_s, 0, SOURCE))
