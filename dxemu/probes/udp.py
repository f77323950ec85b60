"""Numbered UDP packets in both directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.base import Probe
from dxemu.units import PacketsPerSecond

FASTEST = PacketsPerSecond(100_000)
USUAL = PacketsPerSecond(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class UdpProbe(Probe):
    """Numbered UDP packets in both directions between a host in the data centre and an instance.

    What was lost is measured by `dxemu.measure.outages`, of the files that the runner leaves.
    """

    words: ClassVar[str] = 'numbered packets in both directions; between two sites "to AWS" is from `from` to `to`'
    example: ClassVar[str] = "{from: app, to: web, rate: 100/s}"
    across: ClassVar[bool] = True
    measures_outages: ClassVar[bool] = True

    from_host: str = parameter(Takes.NAME, key="from", need=Need.ALWAYS, noun="host or instance", example="app")
    to_host: str = parameter(Takes.NAME, key="to", need=Need.ALWAYS, noun="host or instance", example="web")
    rate: PacketsPerSecond = parameter(Takes.PACKET_RATE, default=USUAL, least=1, most=FASTEST, example="100/s")
    ip_version: int = parameter(Takes.WORD, choices=(4, 6), default=4, example="6")

    @property
    def version(self) -> int:
        """The IP version of its packets."""
        return self.ip_version

    @property
    def ends(self) -> tuple[str, str]:
        """Customer's host, far host."""
        return self.from_host, self.to_host
