"""A client that asks a public service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.probes.base import Probe
from dxemu.units import PacketsPerSecond, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchProbe(Probe):
    """A client that asks a public service, at `rate` from the start to the end, or once, at `at`."""

    kind: ClassVar[str] = "fetch"
    from_host: str
    service: str
    rate: PacketsPerSecond | None
    at: Seconds | None

    @property
    def ends(self) -> tuple[str, str]:
        """Client, service."""
        return self.from_host, self.service

    @property
    def over_at(self) -> Seconds:
        """When it asks, if it asks once."""
        return self.at or Seconds(0)
