"""The frames on a cable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.events.frames import PROTOCOLS
from dxemu.events.probes import FramesCaptured
from dxemu.events.timeline import DIRECTIONS
from dxemu.parameters import Contradiction, Takes, parameter
from dxemu.probes.base import Measurement, Probe
from dxemu.words import direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured(Measurement):
    """Frames on one cable that were counted under one word, by direction."""

    cable: str
    label: str
    to_aws: int
    from_aws: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureProbe(Probe):
    """The frames on a cable, counted by protocol: a connection's cross connect, or a circuit."""

    words: ClassVar[str] = "the frames on one cable by protocol: the cross connect of a connection, or a circuit"
    example: ClassVar[str] = "{connection: primary}"
    key: ClassVar[str] = "captures"
    measures: ClassVar[type[Measurement]] = Captured

    connection: str | None = parameter(Takes.NAME, example="primary")
    circuit: str | None = parameter(Takes.NAME, example="metro")

    @property
    def cable(self) -> str:
        """The name of the connection or circuit."""
        return self.connection or self.circuit or ""

    def contradictions(self) -> Iterator[Contradiction]:
        """Both, or none."""
        if (self.connection is None) is (self.circuit is None):
            what = "none" if self.connection is None else "connection and circuit"
            problem, remedy = f"a capture is on one cable, this is {what}", "Name one connection, or one circuit."
            yield Contradiction(key="", problem=problem, remedy=remedy, at_key=True)

    @classmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Captured, ...]:
        """By probe, the most frequent first."""
        found = [
            Captured(probe=e.probe, cable=e.cable, label=e.label, to_aws=e.to_aws, from_aws=e.from_aws)
            for e in events
            if isinstance(e, FramesCaptured)
        ]
        place = {probe: number for number, probe in enumerate(dict.fromkeys(c.probe for c in found))}
        return tuple(sorted(found, key=lambda c: (place[c.probe], -c.to_aws - c.from_aws, c.label)))

    @classmethod
    def lines(cls, found: Sequence[Measurement], clock: str) -> Iterator[tuple[str, str]]:
        """A line for each direction."""
        del clock
        captured = [one for one in found if isinstance(one, Captured)]
        for probe in dict.fromkeys(c.probe for c in captured):
            mine = [c for c in captured if c.probe == probe]
            for way in DIRECTIONS:
                yield f"Frames of {probe}", f"{direction(way)} on {mine[0].cable}: {_frames(mine, way)}"


def _frames(captured: Sequence[Captured], way: str) -> str:
    counted = {c.label: c.to_aws if way == "to_aws" else c.from_aws for c in captured}
    protocols = [f"{number} {label}" for label, number in counted.items() if number and label in PROTOCOLS]
    others = [f"{number} {label}" for label, number in counted.items() if number and label not in PROTOCOLS]
    return (", ".join(protocols) or "none") + (f" (of these {', '.join(others)})" if others else "")
