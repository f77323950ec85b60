"""A cable carries less than its rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.on_cable import CableFault
from dxemu.faults.quality import Narrow, Quality
from dxemu.parameters import Need, Takes, parameter
from dxemu.units import BitsPerSecond, Seconds

LEAST_BPS, MOST_BPS = 10_000, 400_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimited(CableFault):
    """At most `rate` gets through, of frames with their Ethernet header. More waits up to `queue`, the rest is lost."""

    words: ClassVar[str] = "it carries no more than a rate; more waits for a while, the rest is lost"
    imitates: ClassVar[str] = "a carrier that shapes a circuit to less than was ordered; a port that came up slower"
    leaves_out: ClassVar[str] = "a policer, which lets nothing wait: AWS's is in the topology (hosted connections)"

    rate: BitsPerSecond = parameter(
        Takes.BIT_RATE, need=Need.ALWAYS, least=LEAST_BPS, most=MOST_BPS, words="100 Mbps", example="100 Mbps"
    )
    queue: Seconds = parameter(Takes.DURATION, default=Seconds(0.05), least=0, most=10, words="50 ms")

    def quality(self) -> Quality:
        """It is narrow."""
        return Quality(narrow=Narrow(rate_bps=int(self.rate), queue_s=float(self.queue)))
