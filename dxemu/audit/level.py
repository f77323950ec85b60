"""AWS's resiliency models: the one that a design is built as, and the one that it effectively is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from dxemu.audit.elements import Outcome, fatal_alone
from dxemu.topology.model import Topology

TWO = 2


class Level(IntEnum):
    """From none to the best. Source: Direct Connect User Guide, Resiliency Toolkit."""

    NONE = 0
    SINGLE = 1
    DEVELOPMENT = 2
    HIGH = 3
    MAXIMUM = 4

    @property
    def words(self) -> str:
        """As AWS calls it."""
        return _WORDS[self]

    @property
    def target(self) -> float | None:
        """Per cent of the time, by the Direct Connect SLA; None if there is no target for it."""
        return _TARGETS.get(self)


_WORDS = {
    Level.NONE: "no Direct Connect connection",
    Level.SINGLE: "a single connection",
    Level.DEVELOPMENT: "development and test",
    Level.HIGH: "high resiliency",
    Level.MAXIMUM: "maximum resiliency",
}
_TARGETS = {Level.SINGLE: 95.0, Level.DEVELOPMENT: 95.0, Level.HIGH: 99.9, Level.MAXIMUM: 99.99}
_CAPS = {"location": Level.DEVELOPMENT, "campus": Level.DEVELOPMENT}
"""What a design is at most in which such an element is fatal when it fails alone; any other one: `Level.SINGLE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resiliency:
    """Both levels, and what is between them: everything that is an outage until repair when it fails alone."""

    intended: Level
    effective: Level
    blockers: tuple[Outcome, ...]


def resiliency(topology: Topology, outcomes: Sequence[Outcome]) -> Resiliency:
    """By the connections alone, and by what fails alone. The worst blockers come first: what takes most with it."""
    intended = built_as(topology)
    fatal = fatal_alone(topology, outcomes)
    kinds = [outcome.failures[0].mode.kind for outcome in fatal]
    effective = min((intended, *(_CAPS.get(kind, Level.SINGLE) for kind in kinds)))
    first = sorted(fatal, key=lambda outcome: -len(outcome.failures[0].impact.cables))
    return Resiliency(intended=intended, effective=effective, blockers=tuple(first))


def built_as(topology: Topology) -> Level:
    """What the connections look like: a LAG counts as one, so do connections on one device, and so does a campus."""
    devices = {(connection.location, connection.device) for connection in topology.connections}
    campuses = {at.code: at.campus for at in topology.aws.locations if at.campus is not None}
    per_location = Counter(f"campus {campuses[at]}" if at in campuses else at for at, _ in devices)
    if not per_location:
        return Level.NONE
    if len(per_location) >= TWO:
        return Level.MAXIMUM if sorted(per_location.values())[-TWO] >= TWO else Level.HIGH
    return Level.DEVELOPMENT if max(per_location.values()) >= TWO else Level.SINGLE
