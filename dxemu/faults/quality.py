"""What a bad cable does to packets: plain values, and how those of several faults on one cable come together.

Nothing here is a fault; those that worsen a cable are made of it, on `dxemu.faults.on_cable`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce

from dxemu.errors import FaultNotApplied

TO_AWS, FROM_AWS, BOTH = "to_aws", "from_aws", "both"
DIRECTIONS = (TO_AWS, FROM_AWS)
_ALL = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bursts:
    """Loss that comes in bursts: bad times are `length` packets long on average, in which `within` percent are lost.

    Between them nothing is. `loss_percent` are lost in all.
    """

    loss_percent: float
    length: float
    within: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Jitter:
    """How a delay varies: `jitter_s` is half the width if `uniform`, the standard deviation if `normal` or `pareto`."""

    jitter_s: float
    distribution: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """`percent` of the packets come `by_s` later than the others, and are overtaken."""

    percent: float
    by_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """At most so many bits a second, of frames with their Ethernet header. What would wait longer than that is lost."""

    rate_bps: int
    queue_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What becomes of the packets that one end of a cable sends. What is left out is as it should be.

    `longest` is the length in bytes, with the IP header, of the longest packet that gets through. `held`: nothing does
    for now, and nothing is lost.
    """

    loss_percent: float = 0.0
    bursts: Bursts | None = None
    delay_s: float = 0.0
    jitter: Jitter | None = None
    late: Late | None = None
    twice_percent: float = 0.0
    corrupt_percent: float = 0.0
    narrow: Narrow | None = None
    longest: int | None = None
    held: bool = False

    def with_also(self, other: Quality) -> Quality:
        """Both at once: each strikes whatever the other one leaves. Raises FaultNotApplied for what cannot be both."""
        for wrong in self.clashes(other):
            raise FaultNotApplied(wrong)
        narrows = [one for one in (self.narrow, other.narrow) if one is not None]
        lengths = [one for one in (self.longest, other.longest) if one is not None]
        return Quality(
            loss_percent=_either(self.loss_percent, other.loss_percent),
            bursts=self.bursts or other.bursts,
            delay_s=round(self.delay_s + other.delay_s, 9),
            jitter=self.jitter or other.jitter,
            late=self.late or other.late,
            twice_percent=_either(self.twice_percent, other.twice_percent),
            corrupt_percent=_either(self.corrupt_percent, other.corrupt_percent),
            narrow=min(narrows, key=lambda one: one.rate_bps, default=None),
            longest=min(lengths, default=None),
            held=self.held or other.held,
        )

    def clashes(self, other: Quality) -> Iterator[str]:
        """What cannot be at one end twice, in words."""
        if self.bursts and other.bursts:
            yield "loss in bursts cannot come twice at once: the kernel has one model of it"
        if self.jitter and other.jitter:
            yield "two delays with jitter cannot be at once: the kernel draws one"
        if self.late and other.late:
            yield "two faults cannot reorder at once: the kernel delays one part of the packets"


def together(qualities: Iterable[Quality]) -> Quality:
    """All of them at once. Raises FaultNotApplied."""
    return reduce(Quality.with_also, qualities, Quality())


def _either(one: float, other: float) -> float:
    """The part that is struck by one or the other, each by chance of its own, in percent."""
    return round(_ALL - (_ALL - one) * (_ALL - other) / _ALL, 6)
