"""The same scenario run with many draws of chance: how an outage is spread, and how sure a prediction is of it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from dxemu.measure.result import Result
from dxemu.measure.terms import FaultCost, costs

BINS = 10
SURE = 0.95
"""How sure the bounds of a proportion are."""
_HALVINGS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """So many outages lasted from `low_ms` on, and less than the next bar; the last one up to the longest."""

    low_ms: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSpread:
    """What one fault cost one direction of a probe in `runs` runs. Durations are infinite for outages without an end.

    `inside` of them were as predicted; `least` and `most` are what part of all such runs would be, by Clopper and
    Pearson's bounds at 95 %. All three are None if nothing was predicted. `worst_seed` is that of the longest.
    """

    fault: str
    probe: str
    direction: str
    runs: int
    least_ms: float
    median_ms: float
    p95_ms: float
    worst_ms: float
    worst_seed: int
    bars: tuple[Bar, ...]
    predicted_ms: tuple[float | None, float | None] | None
    inside: int | None
    least: float | None
    most: float | None


def spreads(results: Sequence[Result]) -> Iterator[CostSpread]:
    """Of every fault, probe and direction that all of the runs have. Runs that are not valid do not count."""
    valid = [result for result in results if result.verdict != "invalid"]
    found = [{cost.key: cost for cost in costs(result)} for result in valid]
    if not found:
        return
    for key in found[0]:
        if all(key in one for one in found):
            yield _spread([one[key] for one in found], valid)


def _spread(mine: Sequence[FaultCost], results: Sequence[Result]) -> CostSpread:
    lasted = [_ms(cost) for cost in mine]
    ordered = sorted(lasted)
    first = mine[0]
    predicted = next(
        (
            p.outage_ms
            for p in results[0].predicted
            if (p.fault, p.direction) == (first.fault, first.direction) and p.probe in ("", first.probe)
        ),
        None,
    )
    inside = None if predicted is None else sum(_inside(cost, predicted) for cost in mine)
    bounds = (None, None) if inside is None else clopper_pearson(inside, len(mine))
    return CostSpread(
        fault=first.fault,
        probe=first.probe,
        direction=first.direction,
        runs=len(mine),
        least_ms=ordered[0],
        median_ms=statistics.median(ordered),
        p95_ms=nearest_rank(ordered, 0.95),
        worst_ms=ordered[-1],
        worst_seed=results[lasted.index(ordered[-1])].seed,
        bars=tuple(_bars([ms for ms in ordered if math.isfinite(ms)])),
        predicted_ms=predicted,
        inside=inside,
        least=bounds[0],
        most=bounds[1],
    )


def _ms(cost: FaultCost) -> float:
    if cost.outage is None:
        return 0.0
    return math.inf if cost.outage.duration_ms is None else cost.outage.duration_ms


def _inside(cost: FaultCost, window: tuple[float | None, float | None]) -> bool:
    """Whether the outage can be as predicted, given how exactly it was measured."""
    low, high = window
    ms, unsure = _ms(cost), 0.0 if cost.outage is None else cost.outage.uncertainty_ms
    if low is None or math.isinf(ms):
        return math.isinf(ms) and high is None
    return low <= ms + unsure and (high is None or ms - unsure <= high)


def nearest_rank(ordered: Sequence[float], part: float) -> float:
    """The smallest value that at least this part of all is not above."""
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def _bars(ordered: Sequence[float]) -> Iterator[Bar]:
    if not ordered:
        return
    low, high = ordered[0], ordered[-1]
    if high - low <= 0:
        yield Bar(low_ms=low, count=len(ordered))
        return
    width = (high - low) / BINS
    places = [min(BINS - 1, int((ms - low) / width)) for ms in ordered]
    for index in range(BINS):
        yield Bar(low_ms=low + index * width, count=places.count(index))


def clopper_pearson(hits: int, runs: int, sure: float = SURE) -> tuple[float, float]:
    """Bounds of a proportion of which `hits` of `runs` were seen: exact ones, by the binomial distribution.

    Source: Clopper and Pearson, Biometrika 26 (1934). All of 50 hits: at least 0.929.
    """
    tail = (1 - sure) / 2
    low = 0.0 if hits == 0 else _solve(lambda p: 1 - _at_most(hits - 1, runs, p) - tail)
    high = 1.0 if hits == runs else _solve(lambda p: tail - _at_most(hits, runs, p))
    return low, high


def _solve(rising: Callable[[float], float]) -> float:
    """Where a function that rises from below 0 to above it over 0 to 1 is 0."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2


def _at_most(hits: int, runs: int, p: float) -> float:
    """The probability of at most so many hits, where `p` is between 0 and 1."""
    log = math.lgamma(runs + 1)
    return sum(
        math.exp(log - math.lgamma(k + 1) - math.lgamma(runs - k + 1) + k * math.log(p) + (runs - k) * math.log1p(-p))
        for k in range(hits + 1)
    )
