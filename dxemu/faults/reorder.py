"""Some packets arrive later than those that were sent after them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.on_cable import CableFault
from dxemu.faults.quality import Late, Quality
from dxemu.parameters import Need, Takes, parameter
from dxemu.units import Seconds

LONGEST_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorder(CableFault):
    """A share of the packets comes `by` later than the others, each by chance. Those in between overtake it."""

    words: ClassVar[str] = "a share of its packets comes later, and others overtake them"
    imitates: ClassVar[str] = "a carrier that spreads single packets over ways of different lengths"
    leaves_out: ClassVar[str] = "that the packets of one flow mostly take the same way"

    share: float = parameter(Takes.PERCENT, need=Need.ALWAYS, most=100, words="10 %", example="10 %")
    by: Seconds = parameter(Takes.DURATION, need=Need.ALWAYS, least=1e-6, most=LONGEST_S, words="5 ms", example="5 ms")

    def quality(self) -> Quality:
        """Some are late."""
        return Quality(late=Late(percent=self.share, by_s=float(self.by)))
