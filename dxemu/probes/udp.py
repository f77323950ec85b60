"""Numbered UDP packets in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.probes.base import Probe
from dxemu.units import PacketsPerSecond


@dataclass(frozen=True, slots=True, kw_only=True)
class UdpProbe(Probe):
    """Numbered UDP packets in both directions between a host in the data centre and an instance."""

    kind: ClassVar[str] = "udp"
    from_host: str
    to_host: str
    rate: PacketsPerSecond
    ip_version: int = 4

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return self.ip_version

    @property
    def ends(self) -> tuple[str, str]:
        """Customer's host, far host."""
        return self.from_host, self.to_host
