"""A carrier's whole network fails: all of its circuits are dead, though its equipment at their ends keeps the light."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Impact, circuits_of, silenced
from dxemu.plan.model import Plan
from dxemu.units import Seconds

ALL = 100.0


class CarrierDown(Fault):
    """Every circuit of the carrier falls silent at once, in both directions."""

    targets: ClassVar[Mapping[str, str]] = {"carrier": "carrier"}

    def impact(self, plan: Plan, fault: str, at: Seconds, until: Seconds | None) -> Impact:
        """No packet over any of its circuits, and nobody is told."""
        return silenced(fault, at, until, circuits_of(plan, self.target))

    async def inject(self, lab: BreakableLab) -> str:
        """Drop everything at both ends of each circuit; all queueing disciplines are read back."""
        return await self._set_loss(lab, ALL)

    async def heal(self, lab: BreakableLab) -> str:
        """Let packets through again."""
        return await self._set_loss(lab, 0.0)

    async def _set_loss(self, lab: BreakableLab, percent: float) -> str:
        circuits = circuits_of(lab.plan, self.target)
        for circuit in circuits:
            read = await lab.cable(circuit).set_loss(percent)
            if any(loss != percent for loss in read.values()):
                raise FaultNotApplied(f"loss on circuit {circuit} should be {percent:g} %, the kernel says {read}")
        return f"netem drops {percent:g} % on {' and '.join(circuits)}"
