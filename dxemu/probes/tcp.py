"""What a TCP connection suffers that lives as long as the run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.probes import StreamEnded, StreamStalled
from dxemu.parameters import Takes, parameter
from dxemu.probes.base import Measurement, unkept
from dxemu.probes.between import BetweenHosts
from dxemu.units import PacketsPerSecond, Seconds
from dxemu.words import count, duration, took

FASTEST = PacketsPerSecond(1000)
USUAL = PacketsPerSecond(10)
STALL = Seconds(0.2)
SIZE, SMALLEST, LARGEST = 64, 8, 16_384
MS = 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """Nothing came back for so long, from when what was waited for was sent; `end_s` None: to the stream's end."""

    start_s: float
    end_s: float | None
    duration_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Measurement):
    """One connection of a probe, which opens the next one if it ends before the run (`reason`; "" if it did not).

    `opened_s` None: it never came up. `retransmitted` segments are those of the client, `retransmitted_back` those of
    the server, by their kernels (TCP_INFO). A message left `lateness_max_ms` late at most: so much is uncertain.
    """

    number: int
    opened_s: float | None
    ended_s: float
    reason: str
    messages: int
    answered: int
    retransmitted: int
    retransmitted_back: int
    p50_ms: float | None
    longest_ms: float
    interval_ms: float
    lateness_max_ms: float
    stalls: tuple[Stall, ...]

    @property
    def unkept(self) -> str:
        """As `Measurement.unkept`."""
        return unkept(self.probe, self.lateness_max_ms, self.interval_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpProbe(BetweenHosts):
    """A client sends a message of `size` bytes at `rate`, and the server sends it back, all on one connection.

    An answer that takes longer than `stall` is a stall. `give_up` is the kernel's limit for what is not acknowledged
    (TCP_USER_TIMEOUT); None: as Linux has it, some 15 minutes.
    """

    words: ClassVar[str] = "a connection that lives on: stalls, retransmissions, and whether it is reset"
    example: ClassVar[str] = "{from: app, to: web, rate: 10/s}"
    key: ClassVar[str] = "streams"
    measures: ClassVar[type[Measurement]] = Stream

    rate: PacketsPerSecond = parameter(Takes.PACKET_RATE, default=USUAL, least=1, most=FASTEST, example="10/s")
    size: int = parameter(Takes.WHOLE, default=SIZE, least=SMALLEST, most=LARGEST, example="64")
    stall: Seconds = parameter(Takes.DURATION, default=STALL, example="200 ms")
    give_up: Seconds | None = parameter(Takes.DURATION, least=0.1, most=3600, example="30 s")
    ip_version: int = parameter(Takes.WORD, choices=(4, 6), default=4, example="6")

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return self.ip_version

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Stream, ...]:
        """In the order of their ends."""
        stalled = [e for e in events if isinstance(e, StreamStalled)]
        return tuple(
            _stream(e, [s for s in stalled if (s.probe, s.number) == (e.probe, e.number)])
            for e in events
            if isinstance(e, StreamEnded)
        )

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """A line for each connection, and one for each stall."""
        del clock
        for one in found:
            if isinstance(one, Stream):
                yield f"TCP of {one.probe}", in_words(one)
                for stall in one.stalls:
                    yield f"TCP of {one.probe}", stall_in_words(stall, one.lateness_max_ms)


def in_words(found: Stream) -> str:
    """`connection 1, 0.100 - 20.000 s: 199 messages, 3 + 2 retransmissions, 1 stall; the longest answer took 1.2 s`.

    Retransmissions are the client's and the server's.
    """
    if found.opened_s is None:
        return f"connection {found.number}, at {found.ended_s:.3f} s: not opened: {found.reason}"
    when = f"connection {found.number}, {found.opened_s:.3f} - {found.ended_s:.3f} s"
    again = f"{found.retransmitted} + {count(found.retransmitted_back, 'retransmission')}"
    words = f"{when}: {count(found.messages, 'message')}, {again}, {count(len(found.stalls), 'stall')}"
    if found.p50_ms is not None:
        longest = took(found.longest_ms, found.lateness_max_ms)
        words += f"; half of the answers took {duration(found.p50_ms)}, the longest {longest}"
    return words + (f"; it ended: {found.reason}" if found.reason else "")


def stall_in_words(stall: Stall, uncertainty_ms: float) -> str:
    """`stalled at 5.000 s for 1.2 s`."""
    words = f"stalled at {stall.start_s:.3f} s for {took(stall.duration_ms, uncertainty_ms)}"
    return words + (", to its end" if stall.end_s is None else "")


def _stream(e: StreamEnded, stalled: Sequence[StreamStalled]) -> Stream:
    return Stream(
        probe=e.probe,
        number=e.number,
        opened_s=e.opened_s,
        ended_s=e.ended_s,
        reason=e.reason,
        messages=e.messages,
        answered=e.answered,
        retransmitted=e.retransmitted,
        retransmitted_back=e.retransmitted_back,
        p50_ms=None if e.p50_s is None else round(e.p50_s * MS, 6),
        longest_ms=round(e.longest_s * MS, 6),
        interval_ms=round(e.interval_s * MS, 6),
        lateness_max_ms=round(e.lateness_max_s * MS, 6),
        stalls=tuple(
            Stall(
                start_s=s.start_s,
                end_s=s.end_s,
                duration_ms=round(((e.ended_s if s.end_s is None else s.end_s) - s.start_s) * MS, 6),
            )
            for s in stalled
        ),
    )
