"""How much gets through, by iperf3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.probes import ThroughputMeasured
from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.probes.base import Measurement, begun_late
from dxemu.probes.between import END_OR_SERVICE, BetweenHosts
from dxemu.units import BitsPerSecond, PacketsPerSecond, Seconds
from dxemu.words import bit_rate, count, direction, duration

SHORTEST = Seconds(0.1)
"""iperf3 counts in tenths of a second."""
USUAL_DURATION = Seconds(1)
FASTEST_LOAD = PacketsPerSecond(250_000)
"""What iperf3 sends and receives of UDP without losing any itself, measured in the embedded kernel."""
USUAL_PAYLOAD = 1448
MS = 1e3
TCP_GBIT_S, UDP_PACKET_S = 0.5, 80e-6
"""Wall time on a usual machine: of a gigabit of TCP, in segments as large as can be, and of a packet of UDP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput(Measurement):
    """What one iperf3 probe's receiver counted, `omitted_s` after the start, for `seconds`: payload, no headers.

    `offered_bps` is what was offered by UDP; None: TCP. `lost_percent` is UDP's. `problem`: why nothing was counted.
    It began `lateness_ms` late.
    """

    direction: str
    streams: int
    started_s: float
    seconds: float
    omitted_s: float
    bits_per_second: float
    offered_bps: float | None
    lost_percent: float | None
    problem: str
    lateness_ms: float = 0.0

    @property
    def unkept(self) -> str:
        """As `Measurement.unkept`."""
        return begun_late(self.probe, self.lateness_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputProbe(BetweenHosts):
    """How much gets through from `at` on, for `duration`, in one direction (`to_aws`, `from_aws`).

    What a service sends is asked for by the other end, as a download is: so it finds its way through NAT.
    TCP as fast as it can, or UDP at `offered` (None: TCP), in `streams` connections together. `mss` limits the
    payload of a packet, in bytes.
    """

    former: ClassVar[str] = "iperf3"
    words: ClassVar[str] = (
        "goodput of TCP, or of UDP at the rate that `udp` offers, in one direction, by iperf3; `to` may be a service"
    )
    example: ClassVar[str] = "{from: app, to: web, at: 5 s, for: 500 ms}"
    across: ClassVar[bool] = True
    key: ClassVar[str] = "throughputs"
    measures: ClassVar[type[Measurement]] = Throughput

    to_host: str = parameter(Takes.NAME, key="to", need=Need.ALWAYS, noun=END_OR_SERVICE, example="web")
    direction: str = parameter(Takes.WORD, choices=("to_aws", "from_aws"), default="to_aws", example="to_aws")
    at: Seconds = parameter(Takes.DURATION, need=Need.ALWAYS, example="5 s")
    duration: Seconds = parameter(Takes.DURATION, key="for", default=USUAL_DURATION, example="500 ms")
    streams: int = parameter(Takes.WHOLE, default=1, least=1, most=128, example="16")
    offered: BitsPerSecond | None = parameter(Takes.BIT_RATE, key="udp", example="1 Gbps")
    mss: int | None = parameter(Takes.WHOLE, least=88, most=9216, example="1360")
    ip_version: int = parameter(Takes.WORD, choices=(4, 6), default=4, example="6")

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return self.ip_version

    @property
    def over_at(self) -> Seconds:
        """When its last packet was sent, at best."""
        return Seconds(round(self.at + self.duration, 9))

    def wall_s(self, bits_per_second: float) -> float:
        """As `Probe.wall_s`: what is sent takes it, whatever arrives."""
        if self.offered is not None:
            return UDP_PACKET_S * self.offered * self.duration / ((self.mss or USUAL_PAYLOAD) * 8)
        return TCP_GBIT_S * bits_per_second * self.duration / 1e9

    def contradictions(self) -> Iterator[Contradiction]:
        """A time that is too short to count in, and more UDP than iperf3 can send."""
        if self.duration < SHORTEST:
            problem = f"throughput cannot be measured in {self.duration}"
            yield Contradiction(key="for", problem=problem, remedy=f"Use {SHORTEST} or more.")
        payload = self.mss or USUAL_PAYLOAD
        most = BitsPerSecond(FASTEST_LOAD * payload * 8)
        if self.offered is not None and self.offered > most:
            problem = f"{self.offered} of UDP in packets of {payload} bytes is more than iperf3 can send"
            remedy = f"Offer {most} or less, or where the path has jumbo frames give a larger mss."
            yield Contradiction(key="udp", problem=problem, remedy=remedy)

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Throughput, ...]:
        """In the order of their events."""
        return tuple(
            Throughput(
                probe=e.probe,
                direction=e.direction,
                streams=e.streams,
                started_s=e.started_s,
                seconds=float(e.seconds),
                omitted_s=e.omitted_s,
                bits_per_second=float(e.bits_per_second),
                offered_bps=None if e.offered_bps is None else float(e.offered_bps),
                lost_percent=None if e.lost_percent is None else float(e.lost_percent),
                problem=e.problem,
                lateness_ms=round((e.late_s or 0.0) * MS, 6),
            )
            for e in events
            if isinstance(e, ThroughputMeasured)
        )

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """A line for each."""
        for one in found:
            if isinstance(one, Throughput):
                yield f"Throughput of {one.probe}", in_words(one, clock)


def in_words(found: Throughput, clock: str) -> str:
    """`to AWS 9.53 Gbps (1 stream, TCP, 3 s; the first 300 ms do not count)`.

    Where the clock is real the machine is the limit, and that is said.
    """
    t = found
    if t.problem:
        return f"{direction(t.direction)} not measured: {t.problem}"
    lost = "" if t.lost_percent is None else f", {t.lost_percent:.3g} % lost"
    load = "TCP" if t.offered_bps is None else f"UDP, {bit_rate(t.offered_bps)} offered"
    omitted = f"; the first {duration(t.omitted_s * MS)} do not count" if t.omitted_s else ""
    machine = "" if clock == "virtual" else "; real clock: this machine may be the limit"
    about = f"{count(t.streams, 'stream')}, {load}, {Seconds(t.seconds)}{omitted}{machine}"
    return f"{direction(t.direction)} {bit_rate(t.bits_per_second)}{lost} ({about})"
