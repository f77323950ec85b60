"""The hops of a path over time, as a traceroute finds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.probes import HopsTraced
from dxemu.parameters import Takes, parameter
from dxemu.probes.base import Measurement, alike_as_one, unkept
from dxemu.probes.between import BetweenHosts
from dxemu.units import Seconds
from dxemu.words import count

USUAL = Seconds(1)
SHORTEST, LONGEST = 1, 3600
SILENT = "*"
MS = 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace(Measurement):
    """Consecutive traces of one probe that found the same, `first_s` to `last_s` by when they began.

    `hops` are the nodes that answered, in their order; `*` is one that did not. `complete`: the last one is the end of
    the way. Of these traces the latest began `lateness_max_ms` late.
    """

    first_s: float
    last_s: float
    count: int
    hops: tuple[str, ...]
    complete: bool
    interval_ms: float
    lateness_max_ms: float

    @property
    def unkept(self) -> str:
        """As `Measurement.unkept`."""
        return unkept(self.probe, self.lateness_max_ms, self.interval_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceProbe(BetweenHosts):
    """Packets whose TTL ends at each hop, `every` so often: who says so is on the way of real packets.

    A cable that is silent shows, as it does not in the kernels' tables; a tunnel is one hop.
    """

    words: ClassVar[str] = "the hops that answer, as a traceroute sees them: once a second, or every so often"
    example: ClassVar[str] = "{from: app, to: web, every: 1 s}"
    key: ClassVar[str] = "traces"
    measures: ClassVar[type[Measurement]] = Trace

    every: Seconds = parameter(Takes.DURATION, default=USUAL, least=SHORTEST, most=LONGEST, example="1 s")
    ip_version: int = parameter(Takes.WORD, choices=(4, 6), default=4, example="6")

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return self.ip_version

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Trace, ...]:
        """By probe, in the order in which they began; those that found the same one after the other are one."""
        return alike_as_one((_trace(e) for e in events if isinstance(e, HopsTraced)), _together)

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """A line for each."""
        del clock
        for one in found:
            if isinstance(one, Trace):
                yield f"Hops of {one.probe}", in_words(one)


def _together(last: Trace, one: Trace) -> Trace | None:
    if (last.hops, last.complete) != (one.hops, one.complete):
        return None
    late = max(last.lateness_max_ms, one.lateness_max_ms)
    return replace(last, last_s=one.last_s, count=last.count + 1, lateness_max_ms=late)


def in_words(found: Trace) -> str:
    """`0.100 - 5.100 s: customer_router, colo_router, dx_1, web (6 traces)`."""
    when = f"{found.first_s:.3f} s" if found.count == 1 else f"{found.first_s:.3f} - {found.last_s:.3f} s"
    hops = ", ".join(found.hops) or "nobody answers"
    return f"{when}: {hops}{'' if found.complete else ', not to the end'} ({count(found.count, 'trace')})"


def _trace(e: HopsTraced) -> Trace:
    return Trace(
        probe=e.probe,
        first_s=e.started_s,
        last_s=e.started_s,
        count=1,
        hops=e.hops,
        complete=e.complete,
        interval_ms=round(e.interval_s * MS, 6),
        lateness_max_ms=round(e.late_s * MS, 6),
    )
