"""Outages from numbered packets: every burst of consecutive lost numbers, by the time the packets were sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import inf
from operator import lt

from dxemu.events.older_packets import OlderPackets, is_as_slow, shares_of
from dxemu.events.timeline import ProbeLog
from dxemu.probes.base import nearest_rank

SHARES = (0.5, 0.9, 0.99, 0.999)
"""Of the packets that arrived, for which their delays are told."""
_NS = 1e-9


@dataclass(frozen=True, slots=True)
class Burst:
    """Consecutive lost packets, `first` to `last` by sequence number.

    `start_s` is when the first of them was sent, `end_s` when the first packet that got through after them was sent
    (None: none did before the run ended). Seconds since the run's start.

    Of a probe of several flows it is the longest of those that `flows` of them suffered at a time; `packets` are those
    that all of them lost.
    """

    first: int
    last: int
    start_s: float
    end_s: float | None
    packets: int
    flows: int = 1

    @property
    def duration_s(self) -> float | None:
        """Loss of connectivity, as in `dxemu.measure.convergence`: one probe interval off. None while it is open."""
        return None if self.end_s is None else round(self.end_s - self.start_s, 9)


@dataclass(frozen=True, slots=True)
class Reception:
    """What one direction of a probe received. `reordered` as in RFC 4737: numbered lower than one that came before.

    `longest_s` is the longest one-way delay of a packet that arrived, and `slowest_s` when the first left that was as
    slow (to a microsecond); `delays_s` are those that 50, 90, 99 and 99.9 % do not exceed; empty if none arrived.
    """

    sent: int
    lost: int
    duplicates: int
    reordered: int
    longest_s: float
    bursts: tuple[Burst, ...]
    delays_s: tuple[float, ...] = ()
    slowest_s: float | None = None


def reception(log: ProbeLog, flows: int = 1) -> Reception:
    """Bursts, duplicates and reordering of one direction. Raises ValueError for a number that was never sent.

    Every packet belongs to the next one of so many `flows`.
    """
    count = len(log.sent)
    numbers = log.received[::2]
    if numbers and not 0 <= min(numbers) <= max(numbers) < count:
        raise ValueError(f"a packet numbered {max(numbers)} was received, but only {count} were sent")
    arrived = bytearray(count)
    for number in numbers:
        arrived[number] = 1
    if log.older is not None:
        return _with_older(log.older, log, arrived, flows)
    unique = arrived.count(1)
    in_order = numbers if unique == len(numbers) else list(dict.fromkeys(numbers))
    sent = log.sent
    delays = sorted(t - sent[n] for n, t in log.arrivals())
    longest_ns = delays[-1] if delays else 0
    slowest = min((n for n, t in log.arrivals() if is_as_slow(t - sent[n], longest_ns)), default=None)
    return Reception(
        sent=count,
        lost=count - unique,
        duplicates=len(numbers) - unique,
        reordered=sum(map(_reordered, [in_order] if flows == 1 else _by_flow(in_order, flows))),
        longest_s=longest_ns * _NS,
        bursts=tuple(_bursts(sent, arrived) if flows == 1 else _of_all(sent, arrived, flows)),
        delays_s=tuple(nearest_rank(delays, share) * _NS for share in SHARES) if delays else (),
        slowest_s=None if slowest is None else round(sent[slowest] * _NS, 6),
    )


def _with_older(older: OlderPackets, log: ProbeLog, arrived: bytearray, flows: int) -> Reception:
    """The same of a probe that has forgotten its oldest packets, but not when none arrived."""
    later = reception(ProbeLog(log.sent, log.received), flows)
    found = [
        replace(burst, first=burst.first * flows + flow, last=burst.last * flows + flow)
        for flow in range(flows)
        for burst in _continued(older, flow, log.sent[flow::flows], arrived[flow::flows])
    ]
    delays = older.delays + Counter(at - log.sent[number] for number, at in log.arrivals())
    longest_ns = max(older.longest_ns, round(later.longest_s / _NS))
    slowest_ns = older.slowest_ns(longest_ns)
    return replace(
        later,
        sent=older.sent + later.sent,
        lost=older.sent - older.arrived + later.lost,
        duplicates=older.duplicates + later.duplicates,
        reordered=older.reordered + later.reordered,
        longest_s=longest_ns * _NS,
        bursts=tuple(found if flows == 1 else _together(found, flows)),
        delays_s=tuple(delay * _NS for delay in shares_of(delays, SHARES)) if delays else (),
        slowest_s=later.slowest_s if slowest_ns is None else round(slowest_ns * _NS, 6),
    )


def _continued(older: OlderPackets, flow: int, sent: Sequence[int], arrived: bytearray) -> Iterator[Burst]:
    """The bursts of one flow: one that went on when the older packets were forgotten goes on in the later ones."""
    gone = older.sent // older.flows
    bursts = [replace(b, first=b.first + gone, last=b.last + gone) for b in _bursts(sent, arrived)]
    for period in older.periods[flow]:
        start_s, end_s = round(period.start_ns * _NS, 9), period.end_ns
        burst = Burst(
            period.first,
            period.last,
            start_s,
            None if end_s is None else round(end_s * _NS, 9),
            period.last - period.first + 1,
        )
        if end_s is None and bursts and bursts[0].first == gone:
            more = bursts.pop(0)
            burst = replace(burst, last=more.last, end_s=more.end_s, packets=burst.packets + more.packets)
        elif end_s is None and sent:
            burst = replace(burst, end_s=round(sent[0] * _NS, 9))
        yield burst
    yield from bursts


def _by_flow(numbers: Sequence[int], flows: int) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(flows)]
    for number in numbers:
        found[number % flows].append(number)
    return found


def _reordered(numbers: Sequence[int]) -> int:
    return sum(map(lt, numbers, accumulate(numbers, max)))


def _of_all(sent: Sequence[int], arrived: bytearray, flows: int) -> list[Burst]:
    """The bursts of all flows; those that overlap are one, as long as the longest of them."""
    found = [
        replace(burst, first=burst.first * flows + flow, last=burst.last * flows + flow)
        for flow in range(flows)
        for burst in _bursts(sent[flow::flows], arrived[flow::flows])
    ]
    return _together(found, flows)


def _together(found: list[Burst], flows: int) -> list[Burst]:
    found.sort(key=lambda burst: burst.start_s)
    together: list[list[Burst]] = []
    over = -inf
    for burst in found:
        if burst.start_s >= over:
            together.append([])
        together[-1].append(burst)
        over = max(over, inf if burst.end_s is None else burst.end_s)
    return [_longest(bursts, flows) for bursts in together]


def _longest(bursts: Sequence[Burst], flows: int) -> Burst:
    longest = max(bursts, key=lambda burst: inf if burst.duration_s is None else burst.duration_s)
    packets, hit = sum(burst.packets for burst in bursts), len({burst.first % flows for burst in bursts})
    return replace(longest, packets=packets, flows=hit)


def _bursts(sent: Sequence[int], arrived: bytearray) -> list[Burst]:
    bursts: list[Burst] = []
    first = arrived.find(0)
    while first >= 0:
        through = arrived.find(1, first)
        last = (through if through >= 0 else len(arrived)) - 1
        end_s = round(sent[through] * _NS, 9) if through >= 0 else None
        bursts.append(Burst(first, last, round(sent[first] * _NS, 9), end_s, last - first + 1))
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

    A packet sent up to `in_flight_s` before a fault could still be lost to it. One that was sent before a heal is lost
    to a fault of that moment rather than to the heal.
    """
    before = [m for m in marks if m.t <= burst.start_s + in_flight_s]
    last = max(before, key=lambda m: m.t, default=None)
    if last is not None and last.after == "heal" and last.t > burst.start_s:
        faults = [m for m in before if m.after == "fault" and m.t >= burst.start_s - in_flight_s]
        return max(faults, key=lambda m: m.t, default=last)
    return last
