"""How long packets are on their way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.older_packets import is_as_slow, shares_of
from dxemu.events.packet_type import PacketType, packet_type
from dxemu.events.probes import LatencyMeasured, PacketsLogged
from dxemu.events.timeline import ProbeLog
from dxemu.probes.base import Measurement, unkept
from dxemu.probes.numbered import NumberedProbe
from dxemu.words import direction, duration, took

MS = 1e3
SHARES = (0.5, 0.9, 0.99, 0.999)
_NS = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency(Measurement):
    """One direction over the whole run, one way, by the kernels' time stamps on one clock.

    `p50_ms` and so on: half of the packets that arrived were on their way no longer; all None if none did. The first of
    the slowest, to a microsecond, left at `slowest_s`. A packet left `lateness_max_ms` late at most: so much is
    uncertain. `packets` is what they looked like; None: a dxemu that did not record it made the run.
    """

    direction: str
    interval_ms: float
    sent: int
    arrived: int
    least_ms: float | None
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    p999_ms: float | None
    most_ms: float | None
    slowest_s: float | None
    lateness_max_ms: float
    packets: PacketType | None = None

    @property
    def unkept(self) -> str:
        """As `Measurement.unkept`."""
        return unkept(f"{self.probe} {direction(self.direction)}", self.lateness_max_ms, self.interval_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyProbe(NumberedProbe):
    """What is lost is no latency, and no outage either: a udp probe is for that."""

    words: ClassVar[str] = "how long packets are on their way in each direction, in percentiles"
    example: ClassVar[str] = "{from: app, to: web, rate: 100/s}"
    key: ClassVar[str] = "latencies"
    measures: ClassVar[type[Measurement]] = Latency

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Latency, ...]:
        """In the order of their events."""
        return tuple(_latency(e) for e in events if isinstance(e, LatencyMeasured))

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """A line for each direction, and what was sent in it."""
        del clock
        for one in found:
            if isinstance(one, Latency):
                kind = "" if one.packets is None else f" ({one.packets})"
                yield f"Latency of {one.probe}", f"{in_words(one)}{kind}"


def in_words(found: Latency) -> str:
    """`to AWS 4.1 ms at least, half 4.1 ms, 99 % 9.2 ms, all 12 ms (at 5.850 s), of 1,980 packets; 20 lost`."""
    way = direction(found.direction)
    if found.least_ms is None or found.p50_ms is None or found.p99_ms is None or found.most_ms is None:
        return f"{way} no packet of {found.sent:,} arrived"
    shares = f"{duration(found.least_ms)} at least, half {duration(found.p50_ms)}, 99 % {duration(found.p99_ms)}"
    most = f"all {took(found.most_ms, found.lateness_max_ms)} at most (at {found.slowest_s:.3f} s)"
    lost = f"; {found.sent - found.arrived:,} lost" if found.arrived < found.sent else ""
    return f"{way} {shares}, {most}, of {found.arrived:,} packets{lost}"


def latency_of(logged: PacketsLogged, log: ProbeLog) -> LatencyMeasured:
    """What the log of a direction says; a packet that came twice counts as it came first."""
    arrived: dict[int, int] = {}
    for number, t_ns in log.arrivals():
        arrived.setdefault(number, t_ns - log.sent[number])
    most = max(0 if log.older is None else log.older.longest_ns, max(arrived.values(), default=0))
    slowest = min((number for number, took_ns in arrived.items() if is_as_slow(took_ns, most)), default=None)
    at = None if slowest is None else log.sent[slowest]
    delays, came, sent = Counter(arrived.values()), len(arrived), len(log.sent)
    if log.older is not None:
        delays.update(log.older.delays)
        came, sent = came + log.older.arrived, sent + log.older.sent
        before = log.older.slowest_ns(most)
        at = at if before is None else before
    shares = [delay * _NS for delay in shares_of(delays, SHARES)] if delays else [None] * len(SHARES)
    p50_s, p90_s, p99_s, p999_s = shares
    return LatencyMeasured(
        t=logged.t,
        probe=logged.probe,
        direction=logged.direction,
        interval_s=logged.interval_s / (logged.flows or 1),
        sent=sent,
        arrived=came,
        least_s=min(delays) * _NS if delays else None,
        p50_s=p50_s,
        p90_s=p90_s,
        p99_s=p99_s,
        p999_s=p999_s,
        most_s=most * _NS if delays else None,
        slowest_s=round(at * _NS, 6) if at is not None else None,
        lateness_max_s=logged.lateness_max_s,
        flows=logged.flows,
        **({} if (kind := packet_type(logged)) is None else kind.fields),
    )


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * MS, 6)


def _latency(e: LatencyMeasured) -> Latency:
    return Latency(
        probe=e.probe,
        direction=e.direction,
        interval_ms=round(e.interval_s * MS, 6),
        sent=e.sent,
        arrived=e.arrived,
        least_ms=_ms(e.least_s),
        p50_ms=_ms(e.p50_s),
        p90_ms=_ms(e.p90_s),
        p99_ms=_ms(e.p99_s),
        p999_ms=_ms(e.p999_s),
        most_ms=_ms(e.most_s),
        slowest_s=e.slowest_s,
        lateness_max_ms=round(e.lateness_max_s * MS, 6),
        packets=packet_type(e),
    )
