"""A carrier's whole network fails: all of its circuits are dead, though its equipment at their ends keeps the light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, circuits_of, silenced
from dxemu.parameters import target_field
from dxemu.plan.model import Plan

ALL = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierDown(Fault):
    """Every circuit of the carrier falls silent at once, in both directions."""

    words: ClassVar[str] = "all its circuits fall silent"
    audited: ClassVar[Mapping[str, str]] = {"carrier": "falls silent"}

    carrier: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over any of its circuits, and nobody is told."""
        return silenced(circuits_of(plan, self.target))

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
