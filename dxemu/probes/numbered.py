"""What probes have in common that send numbered packets in both directions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.base import Event
from dxemu.parameters import Takes, parameter
from dxemu.probes.base import Measurement
from dxemu.probes.between import BetweenHosts
from dxemu.units import PacketsPerSecond

FASTEST = PacketsPerSecond(100_000)
USUAL = PacketsPerSecond(100)
MOST_FLOWS = 1024
SMALLEST, LARGEST = 64, 9000
"""Bytes of a packet, with its headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedProbe(BetweenHosts):
    """Numbered UDP packets in both directions between a host in the data centre and an instance.

    `rate` is that of all `flows` together, which send in turn from a port each: where a fault strikes by hash one flow
    may not see it. `size` is that of a whole packet in bytes.
    """

    across: ClassVar[bool] = True

    rate: PacketsPerSecond = parameter(Takes.PACKET_RATE, default=USUAL, least=1, most=FASTEST, example="100/s")
    flows: int = parameter(Takes.WHOLE, default=1, least=1, most=MOST_FLOWS, example="64")
    size: int | None = parameter(Takes.WHOLE, least=SMALLEST, most=LARGEST, example="1400")
    dscp: int = parameter(Takes.WHOLE, default=0, least=0, most=63, example="46")
    ip_version: int = parameter(Takes.WORD, choices=(4, 6), default=4, example="6")

    @property
    def packet_size(self) -> int:
        """As `Probe.packet_size`."""
        return self.size or 0

    @property
    def packet_gap_s(self) -> float:
        """As `Probe.packet_gap_s`."""
        return float(self.rate.interval) * self.flows

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return self.ip_version

    @classmethod
    @abstractmethod
    def measured(cls, events: Sequence[Event]) -> tuple[Measurement, ...]:
        """As `Probe.measured`."""
