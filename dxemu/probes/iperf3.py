"""How much gets through, by iperf3."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.probes.base import Probe
from dxemu.units import BitsPerSecond, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputProbe(Probe):
    """How much gets through from `at` on, for `duration`, in one direction (`to_aws`, `from_aws`).

    TCP as fast as it can, or UDP at `offered` (None: TCP), in `streams` connections together. `mss` limits the
    payload of a packet, in bytes.
    """

    kind: ClassVar[str] = "iperf3"
    from_host: str
    to_host: str
    direction: str
    at: Seconds
    duration: Seconds
    streams: int = 1
    offered: BitsPerSecond | None = None
    mss: int | None = None

    @property
    def ends(self) -> tuple[str, str]:
        """Customer's host, far host."""
        return self.from_host, self.to_host

    @property
    def over_at(self) -> Seconds:
        """When its last packet was sent, at best."""
        return Seconds(round(self.at + self.duration, 9))
