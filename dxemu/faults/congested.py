"""Cross traffic fills a port: its queue is full all the time, and what does not fit is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab
from dxemu.faults.on_cable import CableFault
from dxemu.faults.quality import DIRECTIONS, Quality
from dxemu.parameters import Need, Takes, parameter, target_of
from dxemu.plan.model import Plan
from dxemu.plan.packets import Arrival, Packets
from dxemu.units import Seconds

NONE, CONTROL = "none", "bgp_and_bfd"
ALL = 100.0
QUEUE = Seconds(0.01)
"""A port of a router has some milliseconds at its rate; those of carriers ten times as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Congested(CableFault):
    """More is sent to the port than it carries: `share` of all packets is lost, and the others wait for a full `queue`.

    With `priority: bgp_and_bfd` these two are served first: none of them is lost. Without it they share the lot of all,
    and BFD takes the way for dead as soon as it misses as many in a row as its multiplier says.
    """

    words: ClassVar[str] = "cross traffic fills it: its queue is full, a share is lost, also of BGP and BFD"
    imitates: ClassVar[str] = "a backup, or an attack, that fills a port whose router has no queue for control traffic"
    leaves_out: ClassVar[str] = (
        "cross traffic itself, which would cost wall time for each packet; and that BGP and BFD wait less, too, where"
        " they are served first"
    )

    share: float = parameter(Takes.PERCENT, need=Need.ALWAYS, most=ALL, words="20 % does not fit", example="20 %")
    queue: Seconds = parameter(Takes.DURATION, default=QUEUE, least=0, most=10, words="10 ms")
    priority: str = parameter(Takes.WORD, default=NONE, choices=(NONE, CONTROL), words="none or bgp_and_bfd")

    def quality(self) -> Quality:
        """All wait; where BGP and BFD are spared the loss of the others is a filter's."""
        return Quality(delay_s=float(self.queue), loss_percent=self.share if self.priority == NONE else 0.0)

    def arrivals(self, plan: Plan) -> tuple[Arrival, ...]:
        """What is lost where it arrives: of all but BGP and BFD."""
        if self.priority == NONE:
            return ()
        cable, lost = self.cable(plan), Packets(lost_percent=self.share)
        far_ends = zip(DIRECTIONS, (cable.b, cable.a), strict=True)
        return tuple(Arrival(port.node, port.name, lost) for way, port in far_ends if way in self.directions)

    async def inject(self, lab: BreakableLab) -> str:
        """Have them wait, and lose what does not fit; the kernels are asked for both."""
        words = await CableFault.inject(self, lab)
        arrivals = self.arrivals(lab.plan)
        if not arrivals:
            return words
        held = await lab.filters.put(self._name, arrivals)
        if set(held) != {one.node for one in arrivals} or not all(held.values()):
            raise FaultNotApplied(f"packets of {self.target} should be lost, the kernels hold rules: {held}")
        return f"{words}; {self.share:g} % of all but BGP and BFD lost on arrival at {' and '.join(held)}"

    async def heal(self, lab: BreakableLab) -> str:
        """Let everything through at once; the kernels are asked for what is left."""
        words = await CableFault.heal(self, lab)
        if self.priority == NONE:
            return words
        dropped, left = await lab.filters.dropped(self._name), await lab.filters.take(self._name)
        if any(left.values()):
            raise FaultNotApplied(f"packets of {self.target} should pass again, the kernels hold filters: {left}")
        return f"{words}; {dropped} packets dropped meanwhile"

    @property
    def _name(self) -> str:
        return " ".join(("congested", *target_of(self), self.direction, f"{self.share:g}"))
