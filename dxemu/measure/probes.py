"""What the probes that are no outage probes found: each kind says itself what its events mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from dxemu.events.base import Event, ProbeEvent
from dxemu.probes.base import Measurement, Probe
from dxemu.probes.menu import kinds

M = TypeVar("M", bound=Measurement)


@dataclass(frozen=True, slots=True)
class Measurements:
    """All of it, by the key that each kind of probe has in `result.json`, the kind of the first probe first."""

    by_key: Mapping[str, tuple[Measurement, ...]] = field(default_factory=dict)

    def all_of(self, kind: type[M]) -> tuple[M, ...]:
        """Those of one kind of measurement, of all probes."""
        return tuple(one for found in self.by_key.values() for one in found if isinstance(one, kind))

    def of(self, kind: type[M], probe: str) -> tuple[M, ...]:
        """Those of one kind of measurement, of the probe of this name."""
        return tuple(one for one in self.all_of(kind) if one.probe == probe)


def found(events: Sequence[Event], order: Sequence[str] = ()) -> Measurements:
    """What a timeline says, by probe in this `order` of names."""
    place = {name: number for number, name in enumerate(order)}
    ordered = sorted(events, key=lambda e: place.get(e.probe, -1) if isinstance(e, ProbeEvent) else -1)
    measured = {kind.key: kind.measured(ordered) for kind in in_result()}

    def first(of_kind: tuple[str, tuple[Measurement, ...]]) -> int:
        return min((place.get(one.probe, len(place)) for one in of_kind[1]), default=len(place))

    return Measurements(dict(sorted(measured.items(), key=first)))


def in_result() -> Sequence[type[Probe]]:
    """The kinds of probes that have a key in `result.json`."""
    return [kind for kind in kinds().values() if kind.key]
