"""What every probe is, as a value: its runner is `dxemu.lab.probes`'s."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What every probe is. `kind` is its word in scenarios and the name of its file, here and in dxemu/lab/probes."""

    kind: ClassVar[str]
    name: str

    @property
    def ends(self) -> tuple[str, str] | None:
        """The nodes between which it measures; None if it has no path."""
        return None

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return 4

    @property
    def over_at(self) -> Seconds:
        """When it is over; 0 for one that goes on until the run's end."""
        return Seconds(0)
