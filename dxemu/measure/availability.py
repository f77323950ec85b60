"""What outages leave of an availability that was promised, and what AWS would count of them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.measure.result import Outage, Result

AWS_COUNTS_FROM_S = 120.0
"""Direct Connect SLA: unavailable is what carries no traffic at all for at least so many seconds on end."""
TARGETS = (99.9, 99.95, 99.99)
"""Per cent. AWS promises 99.9 for high and 99.99 for maximum resiliency."""
YEAR_S = 365 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What `target` per cent allow in a period, and what outages that last `used_s` in all leave of it."""

    target: float
    allowed_s: float
    used_s: float

    @property
    def left_s(self) -> float:
        """Negative if more was used than is allowed."""
        return self.allowed_s - self.used_s

    @property
    def used_percent(self) -> float:
        """The part of what is allowed that is used up."""
        return 100 * self.used_s / self.allowed_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """One probe over a run, which is out while either direction is. `counted_s` is what AWS counts, of all outages.

    `longest_s` is one of them. `open`: it was still out at the end, so that nobody knows how long it lasts.
    """

    probe: str
    out_s: float
    longest_s: float
    counted_s: float
    open: bool

    def budgets(self, period_s: float = YEAR_S) -> tuple[Budget, ...]:
        """For each target, as if the run were all that happens in the period."""
        return tuple(
            Budget(target=target, allowed_s=period_s * (100 - target) / 100, used_s=self.out_s) for target in TARGETS
        )


def availability(result: Result) -> list[Availability]:
    """Of every probe that measures outages."""
    found = []
    for probe in dict.fromkeys(p.probe for p in result.probes):
        mine = [o for o in result.outages if o.probe == probe]
        periods = list(united(mine, result.virtual_s))
        lasted = [end - start for start, end in periods]
        found.append(
            Availability(
                probe=probe,
                out_s=round(sum(lasted), 9),
                longest_s=max(lasted, default=0.0),
                counted_s=round(sum(s for s in lasted if s >= AWS_COUNTS_FROM_S), 9),
                open=any(o.end_s is None for o in mine),
            )
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """A run in intervals of one second, for the objective that no packet is lost.

    The terms are those of RFC 9544, of which the abstract was read, as its authors use them in
    draft-clemm-opsawg-pam-ipfix; how such seconds are counted is dxemu's own.

    `violated`: packets were lost in it; `severely_violated`: of these, none got through all the time. What is below the
    critical threshold is below the optimal one, too, so that the rest of all intervals is free of violations.
    """

    count: int
    violated: int
    severely_violated: int


def intervals(result: Result, probe: str, direction: str) -> Intervals:
    """Of one direction of a probe. The last interval may be shorter."""
    touched, whole = set(), set()
    for outage in result.outages:
        if (outage.probe, outage.direction) != (probe, direction):
            continue
        end = result.virtual_s if outage.end_s is None else outage.end_s
        touched |= set(range(math.floor(outage.start_s), math.ceil(end)))
        whole |= set(range(math.ceil(outage.start_s), math.floor(end)))
    return Intervals(count=math.ceil(result.virtual_s), violated=len(touched), severely_violated=len(whole & touched))


def united(outages: Sequence[Outage], end_s: float) -> Iterator[tuple[float, float]]:
    """The times in which at least one of them was, without overlaps."""
    start = end = None
    for first, last in sorted((o.start_s, end_s if o.end_s is None else o.end_s) for o in outages):
        if start is None or end is None or first > end:
            if start is not None and end is not None:
                yield start, end
            start, end = first, last
        else:
            end = max(end, last)
    if start is not None and end is not None:
        yield start, end
