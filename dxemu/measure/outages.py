"""Outages from numbered packets: every burst of consecutive lost numbers, by the time the packets were sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import lt

from dxemu.events.timeline import ProbeLog

_NS = 1e-9


@dataclass(frozen=True, slots=True)
class Burst:
    """Consecutive lost packets, `first` to `last` by sequence number.

    `start_s` is when the first of them was sent, `end_s` when the first packet that got through after them was sent
    (None: none did before the run ended). Seconds since the run's start.
    """

    first: int
    last: int
    start_s: float
    end_s: float | None

    @property
    def packets(self) -> int:
        """How many packets were lost."""
        return self.last - self.first + 1

    @property
    def duration_s(self) -> float | None:
        """Loss-derived outage (RFC 6412 section 3.5.4): one probe interval off at most. None while it is open."""
        return None if self.end_s is None else round(self.end_s - self.start_s, 9)


@dataclass(frozen=True, slots=True)
class Reception:
    """What one direction of a probe received. `reordered` as in RFC 4737: numbered lower than one that came before.

    `longest_s` is the longest one-way delay of a packet that arrived.
    """

    sent: int
    lost: int
    duplicates: int
    reordered: int
    longest_s: float
    bursts: tuple[Burst, ...]


def reception(log: ProbeLog) -> Reception:
    """Bursts, duplicates and reordering of one direction. Raises ValueError for a number that was never sent."""
    count = len(log.sent)
    numbers = log.received[::2]
    if numbers and not 0 <= min(numbers) <= max(numbers) < count:
        raise ValueError(f"a packet numbered {max(numbers)} was received, but only {count} were sent")
    arrived = bytearray(count)
    for number in numbers:
        arrived[number] = 1
    unique = arrived.count(1)
    in_order = numbers if unique == len(numbers) else list(dict.fromkeys(numbers))
    sent = log.sent
    return Reception(
        sent=count,
        lost=count - unique,
        duplicates=len(numbers) - unique,
        reordered=sum(map(lt, in_order, accumulate(in_order, max))),
        longest_s=max((t - sent[n] for n, t in log.arrivals()), default=0) * _NS,
        bursts=tuple(_bursts(sent, arrived)),
    )


def _bursts(sent: Sequence[int], arrived: bytearray) -> list[Burst]:
    bursts: list[Burst] = []
    first = arrived.find(0)
    while first >= 0:
        through = arrived.find(1, first)
        last = (through if through >= 0 else len(arrived)) - 1
        end_s = round(sent[through] * _NS, 9) if through >= 0 else None
        bursts.append(Burst(first, last, round(sent[first] * _NS, 9), end_s))
        first = arrived.find(0, through) if through >= 0 else -1
    return bursts


@dataclass(frozen=True, slots=True, order=True)
class FaultMark:
    """A fault began (`after` is `fault`) or was healed (`heal`) at `t` seconds since the run's start."""

    t: float
    fault: str
    after: str


def cause(burst: Burst, marks: Sequence[FaultMark], in_flight_s: float) -> FaultMark | None:
    """The last fault or heal before the burst began; None if there is none, and the loss is unexplained.

    A packet sent up to `in_flight_s` before a fault could still be lost to it.
    """
    before = [m for m in marks if m.t <= burst.start_s + in_flight_s]
    return max(before, key=lambda m: m.t) if before else None
