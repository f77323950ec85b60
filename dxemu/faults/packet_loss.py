"""A cable loses packets: each by chance, or in bursts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.on_cable import CableFault
from dxemu.faults.quality import Bursts, Quality
from dxemu.parameters import Contradiction, Need, Takes, parameter

ALL = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketLoss(CableFault):
    """A share of the packets is lost. Without `burst` each by itself, whatever became of the one before.

    With it by Gilbert's and Elliott's model (Bell System Technical Journal, 1960 and 1963): bad times of `burst`
    packets on average, in which `within` of them are lost, and good ones without loss; in all it is the `share`.
    """

    words: ClassVar[str] = "a share of its packets is lost, each by chance or in bursts"
    imitates: ClassVar[str] = "a dirty connector, a failing optic, an overloaded device on the way"
    leaves_out: ClassVar[str] = (
        "bad times that last for a while however few packets come: theirs are counted in packets"
    )

    share: float = parameter(Takes.PERCENT, need=Need.ALWAYS, most=ALL, words="20 %", example="20 %")
    burst: int | None = parameter(Takes.COUNT, words="bad times are so many packets long", example="5")
    within: float = parameter(Takes.PERCENT, default=ALL, most=ALL, words="of these is lost", example="80 %")

    def contradictions(self) -> Iterator[Contradiction]:
        """Bad times that would have to be longer than all the time, or that there are not."""
        if self.burst is None and self.within != ALL:
            yield Contradiction(
                key="within",
                problem="there are no bad times without `burst`",
                remedy="Give `burst` too, such as 5, or leave it out.",
            )
        elif self.burst is not None and self._to_bad() > 1:
            problem = f"{self.share:g} % cannot be lost in bursts of {self.burst} with {self.within:g} % lost in them"
            yield Contradiction(key="share", problem=problem, remedy="Make the bursts longer, or lose less in all.")

    def _to_bad(self) -> float:
        """The chance that a good time ends with a packet; above 1 there is none."""
        bad = self.share / self.within
        return 2.0 if bad >= 1 else bad / (1 - bad) / (self.burst or 1)

    def quality(self) -> Quality:
        """By chance, or in bursts."""
        if self.burst is None:
            return Quality(loss_percent=self.share)
        return Quality(bursts=Bursts(loss_percent=self.share, length=self.burst, within=self.within))
