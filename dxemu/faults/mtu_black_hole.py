"""Long packets vanish, and nobody is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.on_cable import CableFault
from dxemu.faults.quality import Quality
from dxemu.parameters import Need, Takes, parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class MtuBlackHole(CableFault):
    """Packets longer than `mtu` vanish, without the ICMP message that would tell their sender. Shorter ones pass."""

    words: ClassVar[str] = "packets longer than an MTU vanish, without a word"
    imitates: ClassVar[str] = (
        "a carrier's switch with too small an MTU on the way; a firewall that drops ICMP behind one"
    )
    leaves_out: ClassVar[str] = "a router with a smaller MTU that says so by ICMP"

    mtu: int = parameter(
        Takes.WHOLE, need=Need.ALWAYS, least=68, most=9216, words="1400, in bytes with the IP header", example="1400"
    )

    def quality(self) -> Quality:
        """Long packets are lost."""
        return Quality(longest=self.mtu)
