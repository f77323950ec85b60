"""The light stays on, but no packet arrives any more, in neither direction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Impact, cable_of, silenced
from dxemu.plan.model import Plan
from dxemu.units import Seconds

ALL = 100.0


class CableSilent(Fault):
    """A carrier's equipment in between dies with its ports up: only a protocol's timer finds out.

    Both ends of the cable drop everything that is to be sent from now on; what is on the way arrives.
    """

    targets: ClassVar[Mapping[str, str]] = {
        "connection": "connection",
        "circuit": "circuit",
        "internet": "internet",
    }

    def cable(self, plan: Plan) -> str:
        """The cable that is meant."""
        ((what, name),) = self.parameters.items()
        return cable_of(plan, what, name).name

    def impact(self, plan: Plan, fault: str, at: Seconds, until: Seconds | None) -> Impact:
        """No packet over the cable, and nobody is told."""
        return silenced(fault, at, until, [self.cable(plan)])

    async def inject(self, lab: BreakableLab) -> str:
        """Drop everything at both ends; both queueing disciplines are read back."""
        return await self._set_loss(lab, ALL)

    async def heal(self, lab: BreakableLab) -> str:
        """Let packets through again, and tell how many were dropped."""
        dropped = await lab.cable(self.cable(lab.plan)).dropped()
        return f"{await self._set_loss(lab, 0.0)}, {dropped} packets dropped meanwhile"

    async def _set_loss(self, lab: BreakableLab, percent: float) -> str:
        cable = lab.cable(self.cable(lab.plan))
        read = await cable.set_loss(percent)
        if any(loss != percent for loss in read.values()):
            raise FaultNotApplied(f"loss on cable {cable.name} should be {percent:g} %, the kernel says {read}")
        return f"netem drops {percent:g} % on {' and '.join(read)}"
