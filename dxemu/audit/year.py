"""What a year may cost: how often things fail is not dxemu's to know, what each failure costs is predicted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.audit.elements import Failure, Outcome, modes
from dxemu.errors import DxemuError
from dxemu.topology.words import quoted, suggestion
from dxemu.units import Seconds

YEAR_S = 365 * 86_400.0


class NoRate(DxemuError):
    """What somebody wrote is no rate of failures."""

    exit_status = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRate:
    """Each thing that `fault` strikes in this way fails so many `times` a year; of one `name` only, if there is one.

    `repair` is how long it is then broken, None if nobody said.
    """

    fault: str
    name: str
    times: float
    repair: Seconds | None

    def is_of(self, failure: Failure) -> bool:
        """Whether it is about this."""
        return failure.mode.fault == self.fault and self.name in ("", failure.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOf:
    """What one failure costs in a year, in seconds; `high_s` is infinite where a repair of unknown length ends it."""

    text: str
    times: float
    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The worst first; `low_s` and `high_s` are their sums. Of what costs an outage `unrated` has no rate."""

    costs: tuple[YearOf, ...]
    unrated: tuple[str, ...]

    @property
    def low_s(self) -> float:
        """At least so long nothing gets through, in the mean of many years."""
        return sum(cost.low_s for cost in self.costs)

    @property
    def high_s(self) -> float:
        """And at most so long."""
        return sum(cost.high_s for cost in self.costs)

    @property
    def availability_percent(self) -> float | None:
        """At least; None if what is known has no end."""
        return None if math.isinf(self.high_s) else 100 * (1 - self.high_s / YEAR_S)


def rate(written: str) -> FailureRate:
    """`cable_cut=0.5`, with the time of a repair `cable_cut=0.5,4h`, of one `cable_cut:primary=2,4h`. Raises NoRate."""
    what, _, numbers = written.partition("=")
    fault, _, name = what.partition(":")
    times, _, repair = numbers.partition(",")
    known = sorted({mode.fault for mode in modes()})
    if fault not in known:
        raise NoRate(f"nothing fails alone by {quoted(fault)}\n  {suggestion(fault, known)}")
    try:
        often, lasts = float(times), Seconds.parse(repair) if repair else None
    except ValueError as error:
        raise NoRate(f"{quoted(written)} is no rate\n  Write for example cable_cut=0.5,4h.") from error
    if not 0 <= often < math.inf:
        raise NoRate(f"{quoted(written)}: {times} times a year cannot be\n  Write for example cable_cut=0.5,4h.")
    return FailureRate(fault=fault, name=name, times=often, repair=lasts)


def year(outcomes: Sequence[Outcome], rates: Sequence[FailureRate]) -> Year:
    """In the mean. The last rate that names a failure counts, else the last of its fault. Raises NoRate for no name."""
    for one in rates:
        names = [o.failures[0].name for o in outcomes if o.failures[0].mode.fault == one.fault]
        if one.name and one.name not in names:
            raise NoRate(f"{one.fault} strikes no {quoted(one.name)} alone\n  {suggestion(one.name, names)}")
    costs = list(_costs(outcomes, rates))
    costs.sort(key=lambda cost: (-cost.high_s, -cost.low_s, cost.text))
    costly = [o for o in outcomes if o.outage.high_s > 0]
    unrated = tuple(o.failures[0].text for o in costly if _rate_of(o.failures[0], rates) is None)
    return Year(costs=tuple(costs), unrated=unrated)


def _costs(outcomes: Sequence[Outcome], rates: Sequence[FailureRate]) -> Iterator[YearOf]:
    for outcome in outcomes:
        failure, found = outcome.failures[0], _rate_of(outcome.failures[0], rates)
        if found is None or outcome.outage.high_s == 0:
            continue
        worst = outcome.worst
        back = 0.0 if worst is None or worst.recovery is None else worst.recovery.outage.high_s
        if math.isinf(outcome.outage.high_s) and found.repair is not None:
            low, high = float(found.repair), float(found.repair)
        else:
            low, high = outcome.outage.low_s, outcome.outage.high_s
        low = 0.0 if math.isinf(low) else low
        yield YearOf(text=failure.text, times=found.times, low_s=found.times * low, high_s=found.times * (high + back))


def _rate_of(failure: Failure, rates: Sequence[FailureRate]) -> FailureRate | None:
    mine = [one for one in rates if one.is_of(failure)]
    return next((one for one in reversed(mine) if one.name), mine[-1] if mine else None)
