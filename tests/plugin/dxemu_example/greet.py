"""A probe of one file: a packet from one host to another, at a moment."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.probes import FoundByItself
from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.base import Measurement, Probe, ProbedLab
from dxemu.units import Seconds

PORT = 7777


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting(Measurement):
    """When it was sent, and whether it arrived within a second."""

    sent_s: float
    arrived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetProbe(Probe):
    """One packet."""

    words: ClassVar[str] = "whether one packet arrives"
    example: ClassVar[str] = "{from: app, to: web, at: 1 s}"
    across: ClassVar[bool] = True
    key: ClassVar[str] = "greetings"
    measures: ClassVar[type[Measurement]] = Greeting

    from_host: str = parameter(Takes.NAME, key="from", need=Need.ALWAYS, noun="host or instance", example="app")
    to_host: str = parameter(Takes.NAME, key="to", need=Need.ALWAYS, noun="host or instance", example="web")
    at: Seconds = parameter(Takes.DURATION, need=Need.ALWAYS, example="1 s")

    @property
    def over_at(self) -> Seconds:
        """When it is known."""
        return Seconds(self.at + 1)

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Greeting, ...]:
        """In the order of their events."""
        told = [e for e in events if isinstance(e, FoundByItself) and e.found.keys() == {"sent_s", "arrived"}]
        return tuple(Greeting(probe=e.probe, **e.found) for e in told)

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """A line for each."""
        for one in found:
            yield f"Greeting of {one.probe}", f"at {one.sent_s:.1f} s: {'arrived' if one.arrived else 'lost'}"

    async def measure(self, lab: ProbedLab) -> None:
        """Send it, and wait a second at most."""
        await lab.until(self.at)
        with lab.inside(self.to_host):
            receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        with lab.inside(self.from_host):
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        with receiver, sender:
            receiver.bind(("", PORT))
            sent_s, arrived = lab.now(), True
            try:
                sender.sendto(b"hello", (str(lab.plan.address_of(self.to_host)), PORT))
                async with asyncio.timeout(1):
                    await asyncio.get_running_loop().sock_recv(receiver, 16)
            except (TimeoutError, OSError):
                arrived = False
        lab.tell(sent_s=round(sent_s, 6), arrived=arrived)
