"""What is kept of packets that are too many to keep: when and for how long none arrived, and how late the rest was.

Loss periods stay exact, to the packet. Delays keep `DIGITS` digits, and are drawn in ever fewer bins.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil
from pathlib import Path

OLDER = ".older"
"""What its file is called after that of the log of what came later."""
MOST_PERIODS = 1 << 15
"""Of one flow; of more the shorter half is forgotten, and counts as lost only."""
MOST_BINS = 1 << 12
PACKETS_A_BIN = 1 << 10
"""At first: twice as many whenever there are too many bins."""
DIGITS = 3
AS_SLOW_NS = 1_000
"""Packets that took so much less than the slowest were as slow: it is how a kernel's version reads its clock."""


@dataclass(slots=True)
class Period:
    """Consecutive losses of one flow, `first` to `last` by its own numbers.

    The first of them was sent at `start_ns`; the first that got through after them at `end_ns` (None: not yet).
    """

    first: int
    last: int
    start_ns: int
    end_ns: int | None


@dataclass(slots=True)
class OlderBin:
    """`sent` packets from `start_ns` on, of which `lost` were lost. `longest_ns` is -1 if none of them arrived."""

    start_ns: int
    sent: int
    lost: int
    longest_ns: int


@dataclass(slots=True, kw_only=True)
class OlderPackets:
    """The packets of one direction before those of a log, which belong to so many `flows` in turn.

    `duplicates` and `reordered` as in `dxemu.measure.outages.Reception`. `slowest` has, of packets that took longer
    than all before them, how long they took and when they were sent: those that were as slow as the last of them.
    `delays` counts those that arrived, by their delay. Times are nanoseconds.
    """

    flows: int = 1
    sent: int = 0
    arrived: int = 0
    duplicates: int = 0
    reordered: int = 0
    slowest: list[tuple[int, int]] = field(default_factory=list)
    packets_a_bin: int = PACKETS_A_BIN
    periods: list[list[Period]] = field(default_factory=list)
    delays: Counter[int] = field(default_factory=Counter)
    bins: list[OlderBin] = field(default_factory=list)

    @property
    def longest_ns(self) -> int:
        """How long the slowest took; 0 if none arrived."""
        return self.slowest[-1][0] if self.slowest else 0

    def slowest_ns(self, longest_ns: int) -> int | None:
        """When the first was sent that was as slow as one that took `longest_ns`; None if none was."""
        return next((sent_ns for took_ns, sent_ns in self.slowest if is_as_slow(took_ns, longest_ns)), None)

    def add(self, sent: Sequence[int], arrived: Mapping[int, int], first: int, end: int) -> None:
        """Those from `first` to before `end` of `sent`; `arrived` says when those came that did, by their numbers."""
        while len(self.periods) < self.flows:
            self.periods.append([])
        for number in range(first, end):
            came_ns = arrived.get(number)
            self._bin(sent[number], None if came_ns is None else came_ns - sent[number])
            self._count(sent[number], came_ns)
        while len(self.bins) > MOST_BINS:
            self.bins = [_both(*self.bins[at : at + 2]) for at in range(0, len(self.bins), 2)]
            self.packets_a_bin *= 2

    def _count(self, sent_ns: int, came_ns: int | None) -> None:
        periods, number = self.periods[self.sent % self.flows], self.sent // self.flows
        last = periods[-1] if periods and periods[-1].end_ns is None else None
        self.sent += 1
        if came_ns is None:
            if last is None:
                periods.append(Period(number, number, sent_ns, None))
            else:
                last.last = number
            return
        self.arrived += 1
        took_ns = came_ns - sent_ns
        self.delays[_rounded(took_ns)] += 1
        if not self.slowest or took_ns > self.longest_ns:
            self.slowest = [one for one in self.slowest if is_as_slow(one[0], took_ns)]
            self.slowest.append((took_ns, sent_ns))
        if last is not None:
            last.end_ns = sent_ns
            if len(periods) > MOST_PERIODS:
                longest = sorted(periods, key=lambda one: (one.end_ns or 0) - one.start_ns)[MOST_PERIODS // 2 :]
                periods[:] = sorted(longest, key=lambda one: one.first)

    def _bin(self, sent_ns: int, delay_ns: int | None) -> None:
        if not self.bins or self.bins[-1].sent >= self.packets_a_bin:
            self.bins.append(OlderBin(sent_ns, 0, 0, -1))
        one = self.bins[-1]
        one.sent += 1
        one.lost += delay_ns is None
        one.longest_ns = max(one.longest_ns, -1 if delay_ns is None else delay_ns)

    def as_json(self) -> dict[str, object]:
        """For `from_json`."""
        return {
            **{name: getattr(self, name) for name in _NUMBERS},
            "periods": [[[p.first, p.last, p.start_ns, p.end_ns] for p in flow] for flow in self.periods],
            "slowest": self.slowest,
            "delays": sorted(self.delays.items()),
            "bins": [[one.start_ns, one.sent, one.lost, one.longest_ns] for one in self.bins],
        }

    def write(self, log: Path) -> None:
        """Beside that log."""
        log.with_name(log.name + OLDER).write_text(json.dumps(self.as_json()), encoding="utf-8")


_NUMBERS = ("flows", "sent", "arrived", "duplicates", "reordered", "packets_a_bin")


def from_json(data: Mapping[str, object]) -> OlderPackets:
    """Raises ValueError if it is none."""
    try:
        return OlderPackets(
            **{name: data[name] for name in _NUMBERS},  # type: ignore[arg-type]  # numbers, or it is damaged
            periods=[[Period(*one) for one in flow] for flow in data["periods"]],  # type: ignore[attr-defined]
            slowest=[(took_ns, sent_ns) for took_ns, sent_ns in data["slowest"]],  # type: ignore[attr-defined]
            delays=Counter(dict(data["delays"])),  # type: ignore[call-overload]
            bins=[OlderBin(*one) for one in data["bins"]],  # type: ignore[attr-defined]
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is damaged: {error}") from error


def older_than(log: Path) -> OlderPackets | None:
    """What there was before the packets of a log; None if it has all. Raises ValueError."""
    file = log.with_name(log.name + OLDER)
    return from_json(json.loads(file.read_bytes())) if file.is_file() else None


def is_as_slow(took_ns: int, longest_ns: int) -> bool:
    """Whether a packet that took so long was as slow as the slowest."""
    return took_ns >= longest_ns - AS_SLOW_NS


def shares_of(delays: Mapping[int, int], shares: Sequence[float]) -> list[int]:
    """The delay that each share of those does not exceed which are counted by their delays; there is at least one."""
    ordered = sorted(delays)
    reached = list(accumulate(delays[delay] for delay in ordered))
    return [ordered[bisect_left(reached, max(1, ceil(reached[-1] * share)))] for share in shares]


def _rounded(delay_ns: int) -> int:
    digits = len(str(abs(delay_ns)))
    return round(delay_ns, DIGITS - digits) if digits > DIGITS else delay_ns


def _both(one: OlderBin, other: OlderBin | None = None) -> OlderBin:
    if other is None:
        return one
    longest_ns = max(one.longest_ns, other.longest_ns)
    return OlderBin(one.start_ns, one.sent + other.sent, one.lost + other.lost, longest_ns)
