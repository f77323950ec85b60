"""What probes have in common that ask a server of their own again and again: how many requests failed, or were slow."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.probes import RequestsCounted, RequestTroubled
from dxemu.parameters import Contradiction, Takes, parameter
from dxemu.probes.base import Measurement, unkept
from dxemu.probes.between import BetweenHosts
from dxemu.units import PacketsPerSecond, Seconds
from dxemu.words import count, duration, took

FASTEST = PacketsPerSecond(1000)
USUAL = PacketsPerSecond(10)
SLOW, LIMIT = Seconds(0.5), Seconds(2)
LONGEST = Seconds(60)
SOON = 1.5
"""In intervals: requests that follow one another so soon are neighbours."""
MS = 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Requests in a row that went wrong alike, by when they began; `problem` is "" where answers were only slow."""

    problem: str
    first_s: float
    last_s: float
    count: int
    longest_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Requests(Measurement):
    """All that one probe asked, one every `interval_ms`. `slow` are among those that were answered.

    `p50_ms` and so on: half of the answers took no longer; None if there were none. The latest request left
    `lateness_max_ms` late: so much is uncertain of when something began and how long it took.
    """

    protocol: str
    interval_ms: float
    asked: int
    failed: int
    slow: int
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    longest_ms: float
    lateness_max_ms: float
    troubles: tuple[Trouble, ...]

    @property
    def unkept(self) -> str:
        """As `Measurement.unkept`."""
        return unkept(self.probe, self.lateness_max_ms, self.interval_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingProbe(BetweenHosts):
    """From one host to another, at `rate`. An answer that takes longer than `slow` is slow; after `limit` it failed."""

    key: ClassVar[str] = "requests"
    measures: ClassVar[type[Measurement]] = Requests

    rate: PacketsPerSecond = parameter(Takes.PACKET_RATE, default=USUAL, least=1, most=FASTEST, example="10/s")
    slow: Seconds = parameter(Takes.DURATION, default=SLOW, example="500 ms")
    limit: Seconds = parameter(Takes.DURATION, default=LIMIT, most=LONGEST, example="2 s")
    ip_version: int = parameter(Takes.WORD, choices=(4, 6), default=4, example="6")

    @property
    @abstractmethod
    def protocol(self) -> str:
        """What it asks by, as people call it."""

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return self.ip_version

    def contradictions(self) -> Iterator[Contradiction]:
        """One host as both ends, and answers that are given up before they are slow."""
        yield from BetweenHosts.contradictions(self)
        if self.slow >= self.limit:
            problem = f"an answer is given up after {self.limit}, and slow only from {self.slow} on"
            yield Contradiction(key="slow", problem=problem, remedy="Use a shorter time, or a longer `limit`.")

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Requests, ...]:
        """In the order of their events. Those of each protocol are told by its own kind."""
        counted = [e for e in events if isinstance(e, RequestsCounted)]
        troubled = [e for e in events if isinstance(e, RequestTroubled)]
        return tuple(_requests(e, [t for t in troubled if t.probe == e.probe]) for e in counted)

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """A line for each, and one for each trouble."""
        del clock
        for one in found:
            if isinstance(one, Requests):
                yield f"{one.protocol} of {one.probe}", in_words(one)
                for trouble in one.troubles:
                    yield f"{one.protocol} of {one.probe}", trouble_in_words(trouble, one.lateness_max_ms)


def in_words(found: Requests) -> str:
    """`600 requests, 12 failed, 3 slow; half took 21 ms, 99 % 25 ms at most, the longest 1.02 s`."""
    words = f"{count(found.asked, 'request')}, {found.failed:,} failed, {found.slow:,} slow"
    if found.p50_ms is None or found.p99_ms is None:
        return words
    usual = f"half took {duration(found.p50_ms)}, 99 % {duration(found.p99_ms)} at most"
    return f"{words}; {usual}, the longest {took(found.longest_ms, found.lateness_max_ms)}"


def trouble_in_words(found: Trouble, uncertainty_ms: float) -> str:
    """`5.100 - 7.900 s: 29 failed: no answer within 2 s`; `8.000 s: 1 slow, the longest 1.02 s`."""
    when = f"{found.first_s:.3f} s" if found.count == 1 else f"{found.first_s:.3f} - {found.last_s:.3f} s"
    if found.problem:
        return f"{when}: {found.count:,} failed: {found.problem}"
    return f"{when}: {found.count:,} slow, the longest {took(found.longest_ms, uncertainty_ms)}"


def _requests(e: RequestsCounted, troubled: Sequence[RequestTroubled]) -> Requests:
    p50_ms, p90_ms, p99_ms = (None if s is None else round(s * MS, 6) for s in (e.p50_s, e.p90_s, e.p99_s))
    return Requests(
        probe=e.probe,
        protocol=e.protocol,
        interval_ms=round(e.interval_s * MS, 6),
        asked=e.asked,
        failed=e.failed,
        slow=e.slow,
        p50_ms=p50_ms,
        p90_ms=p90_ms,
        p99_ms=p99_ms,
        longest_ms=round(e.longest_s * MS, 6),
        lateness_max_ms=round(e.lateness_max_s * MS, 6),
        troubles=_in_a_row(troubled, SOON * e.interval_s),
    )


def _in_a_row(troubled: Sequence[RequestTroubled], soon_s: float) -> tuple[Trouble, ...]:
    """Those that went wrong alike, one after the other, are one."""
    found: list[Trouble] = []
    for e in sorted(troubled, key=lambda e: e.started_s):
        last = found[-1] if found else None
        took_ms = round(e.took_s * MS, 6)
        if last is not None and last.problem == e.problem and e.started_s - last.last_s <= soon_s:
            longest = max(last.longest_ms, took_ms)
            found[-1] = replace(last, last_s=e.started_s, count=last.count + 1, longest_ms=longest)
        else:
            at = e.started_s
            found.append(Trouble(problem=e.problem, first_s=at, last_s=at, count=1, longest_ms=took_ms))
    return tuple(found)
