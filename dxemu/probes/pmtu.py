"""The largest packet that gets through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.probes import PathMtuFound
from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.base import Measurement, begun_late
from dxemu.probes.between import BetweenHosts
from dxemu.units import Seconds
from dxemu.words import direction


@dataclass(frozen=True, slots=True, kw_only=True)
class PathMtu(Measurement):
    """The largest packet, in bytes with its IP header, that arrived; 0: none did.

    `told`: an ICMP message said so to the sender (`told_by`, a node); False: larger ones vanished; None: there was
    nothing to tell, because the sender's own MTU fits. It began `lateness_ms` late.
    """

    direction: str
    t_s: float
    mtu: int
    told: bool | None
    told_by: str
    lateness_ms: float = 0.0

    @property
    def unkept(self) -> str:
        """As `Measurement.unkept`."""
        return begun_late(self.probe, self.lateness_ms)

    @property
    def text(self) -> str:
        """`8500 bytes, told by 10.0.0.1`; `1500 bytes, larger ones vanish`; `9001 bytes, as large as the sender's own`.

        The bytes are those of the packet with its IP header.
        """
        if not self.mtu:
            return "nothing gets through"
        if self.told is None:
            return f"{self.mtu} bytes, as large as the sender's own"
        return f"{self.mtu} bytes, " + (f"told by {self.told_by}" if self.told else "larger ones vanish")


@dataclass(frozen=True, slots=True, kw_only=True)
class PathMtuProbe(BetweenHosts):
    """The largest packet that gets from one host to another, asked at these times."""

    words: ClassVar[str] = "the path MTU as a host finds it, at a time or a list of times"
    example: ClassVar[str] = "{from: app, to: web, at: 2 s}"
    key: ClassVar[str] = "path_mtus"
    measures: ClassVar[type[Measurement]] = PathMtu

    at: tuple[Seconds, ...] = parameter(Takes.TIMES, need=Need.ALWAYS, example="[2 s, 20 s]")

    @property
    def over_at(self) -> Seconds:
        """When it asks for the last time."""
        return self.at[-1]

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[PathMtu, ...]:
        """In the order of their events."""
        return tuple(
            PathMtu(
                probe=e.probe,
                direction=e.direction,
                t_s=e.started_s,
                mtu=e.mtu,
                told=e.told,
                told_by=e.told_by,
                lateness_ms=round((e.late_s or 0.0) * 1e3, 6),
            )
            for e in events
            if isinstance(e, PathMtuFound)
        )

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """A line for each."""
        del clock
        for one in found:
            if isinstance(one, PathMtu):
                when = f"{direction(one.direction)} at {Seconds(round(one.t_s, 3))}"
                yield f"Path MTU of {one.probe}", f"{when}: {one.text}"
