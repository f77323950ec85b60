"""A client that asks a public service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.probes import ServiceFetched
from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.probes.base import Measurement, Probe, alike_as_one, begun_late
from dxemu.probes.between import END
from dxemu.units import PacketsPerSecond, Seconds
from dxemu.words import count, took

FASTEST = PacketsPerSecond(100)
USUAL = PacketsPerSecond(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch(Measurement):
    """Consecutive fetches of one probe that went alike, `first_s` to `last_s` by when they began.

    `status` is HTTP's, or DNS's response code; None without an answer, and `problem` says why. `seen_as` is the
    address that the server saw. The latest began `lateness_max_ms` late: so much is uncertain.
    """

    service: str
    first_s: float
    last_s: float
    count: int
    answered: bool
    status: int | None
    bytes: int
    seen_as: str
    problem: str
    longest_ms: float
    lateness_max_ms: float = 0.0

    @property
    def unkept(self) -> str:
        """As `Measurement.unkept`."""
        return begun_late(self.probe, self.lateness_max_ms)

    @property
    def outcome(self) -> tuple[object, ...]:
        """What is the same of fetches that went alike."""
        return self.answered, self.status, self.bytes, self.seen_as, self.problem


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchProbe(Probe):
    """A client that asks a public service, over HTTP or by a DNS question: at `rate` to the end, or once, at `at`."""

    words: ClassVar[str] = "a client asks a service, by HTTP or DNS: once a second, at a rate, or once at a time"
    example: ClassVar[str] = "{from: app, service: s3_us_east_1, rate: 1/s}"
    key: ClassVar[str] = "fetches"
    measures: ClassVar[type[Measurement]] = Fetch

    from_host: str = parameter(Takes.NAME, key="from", need=Need.ALWAYS, noun=END, example="app")
    service: str = parameter(Takes.NAME, need=Need.ALWAYS, example="s3_us_east_1")
    rate: PacketsPerSecond | None = parameter(Takes.PACKET_RATE, least=1, most=FASTEST, example="1/s")
    at: Seconds | None = parameter(Takes.DURATION, example="5 s")

    @property
    def ends(self) -> tuple[str, str]:
        """Client, service."""
        return self.from_host, self.service

    @property
    def pace(self) -> PacketsPerSecond | None:
        """How often it asks; None: once."""
        return None if self.at is not None else self.rate or USUAL

    @property
    def over_at(self) -> Seconds:
        """When it asks, if it asks once."""
        return self.at or Seconds(0)

    def contradictions(self) -> Iterator[Contradiction]:
        """Both ways to say when."""
        if self.rate is not None and self.at is not None:
            problem = "a fetch happens at a rate or once, not both"
            yield Contradiction(key="at", problem=problem, remedy="Leave out `rate` or `at`.", at_key=True)

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Fetch, ...]:
        """By probe, in the order in which they began; those that went alike one after the other are one."""
        told = [e for e in events if isinstance(e, ServiceFetched)]
        places = {probe: place for place, probe in enumerate(dict.fromkeys(e.probe for e in told))}
        began = sorted(told, key=lambda e: (places[e.probe], e.started_s))
        return alike_as_one(map(_fetch, began), _together)

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """A line for each."""
        del clock
        for one in found:
            if isinstance(one, Fetch):
                yield f"Fetches of {one.probe}", _in_words(one)


def _fetch(e: ServiceFetched) -> Fetch:
    return Fetch(
        probe=e.probe,
        service=e.service,
        first_s=e.started_s,
        last_s=e.started_s,
        count=1,
        answered=not e.problem,
        status=e.status,
        bytes=e.bytes,
        seen_as=e.seen_as,
        problem=e.problem,
        longest_ms=round(e.took_s * 1e3, 6),
        lateness_max_ms=round((e.late_s or 0.0) * 1e3, 6),
    )


def _together(last: Fetch, one: Fetch) -> Fetch | None:
    if last.outcome != one.outcome:
        return None
    longest = max(last.longest_ms, one.longest_ms)
    late = max(last.lateness_max_ms, one.lateness_max_ms)
    return replace(last, last_s=one.last_s, count=last.count + 1, longest_ms=longest, lateness_max_ms=late)


def _in_words(fetch: Fetch) -> str:
    when = f"{fetch.first_s:.3f} s"
    if fetch.count > 1:
        when = f"{fetch.first_s:.3f} - {fetch.last_s:.3f} s"
    if not fetch.answered:
        return f"{when}: {fetch.count} of {fetch.service} failed: {fetch.problem}"
    about = f"status {fetch.status}, {count(fetch.bytes, 'byte')}, seen as {fetch.seen_as}"
    longest = took(fetch.longest_ms, fetch.lateness_max_ms)
    return f"{when}: {fetch.count} answered by {fetch.service} ({about}, {longest} at most)"
