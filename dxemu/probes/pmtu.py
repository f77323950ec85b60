"""The largest packet that gets through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.probes.base import Probe
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PathMtuProbe(Probe):
    """The largest packet that gets from one host to another, asked at these times."""

    kind: ClassVar[str] = "pmtu"
    from_host: str
    to_host: str
    at: tuple[Seconds, ...]

    @property
    def ends(self) -> tuple[str, str]:
        """Sender, receiver."""
        return self.from_host, self.to_host

    @property
    def over_at(self) -> Seconds:
        """When it asks for the last time."""
        return self.at[-1]
