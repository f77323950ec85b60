"""A probe's packets in as many bins as can be drawn: what was lost, and how late the rest was, by sending time."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from dxemu.events.older_packets import OlderBin
from dxemu.events.timeline import ProbeLog

MOST = 2_000
"""Bins of one direction."""
_NS = 1e-9


@dataclass(frozen=True, slots=True)
class Bin:
    """The packets sent from `start_s` on, up to the next bin. `longest_s` is None if none of them arrived."""

    start_s: float
    sent: int
    lost: int
    longest_s: float | None


@dataclass(frozen=True, slots=True)
class Binned:
    """One direction of a probe. `lost` are the periods of consecutive losses: from and to, in seconds.

    A period that no packet ended has the run's end. `more` periods beyond those that are listed are in the bins only.
    """

    bins: Sequence[Bin]
    lost: Sequence[tuple[float, float]]
    more: int

    @property
    def longest_s(self) -> float:
        """The longest one-way delay."""
        return max((one.longest_s for one in self.bins if one.longest_s is not None), default=0.0)


def binned(log: ProbeLog, lost: Sequence[tuple[float, float]], *, most: int = MOST, most_lost: int = MOST) -> Binned:
    """At most `most` bins of the same width in time; of the loss periods the `most_lost` longest."""
    sent = log.sent
    if not sent:
        return Binned((), (), 0)
    delays = array("q", [-1]) * len(sent)
    for number, at in log.arrivals():
        if delays[number] < 0:  # of a duplicate the first
            delays[number] = at - sent[number]
    first, width = sent[0], (sent[-1] - sent[0] + 1) / min(most, len(sent))
    edges = [bisect_left(sent, first + width * index) for index in range(min(most, len(sent)))]
    bins = [_bin(sent, delays, a, b) for a, b in zip(edges, [*edges[1:], len(sent)], strict=True) if b > a]
    if log.older is not None:
        bins = _fewer([*map(_older, log.older.bins), *bins], most)
    longest = sorted(lost, key=lambda period: period[0] - period[1])[:most_lost]
    return Binned(bins, sorted(longest), len(lost) - len(longest))


def _older(one: OlderBin) -> Bin:
    longest_s = None if one.longest_ns < 0 else one.longest_ns * _NS
    return Bin(one.start_ns * _NS, one.sent, one.lost, longest_s)


def _fewer(bins: Sequence[Bin], most: int) -> list[Bin]:
    """At most so many, each of as many neighbours as the others."""
    each = ceil(len(bins) / most)
    return [_as_one(bins[at : at + each]) for at in range(0, len(bins), each)]


def _as_one(bins: Sequence[Bin]) -> Bin:
    longest_s = max((one.longest_s for one in bins if one.longest_s is not None), default=None)
    return Bin(bins[0].start_s, sum(one.sent for one in bins), sum(one.lost for one in bins), longest_s)


def _bin(sent: Sequence[int], delays: array[int], first: int, end: int) -> Bin:
    mine = delays[first:end]
    longest = max(mine)
    return Bin(sent[first] * _NS, end - first, mine.count(-1), None if longest < 0 else longest * _NS)
