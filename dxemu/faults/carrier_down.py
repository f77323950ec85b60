"""A carrier's whole network fails: all of its circuits are dead, though its equipment at their ends keeps the light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, circuits_of, silenced
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierDown(Fault):
    """Every circuit of the carrier falls silent at once, in both directions."""

    words: ClassVar[str] = "all its circuits fall silent"
    imitates: ClassVar[str] = "a carrier's core or its power fails"
    leaves_out: ClassVar[str] = "a carrier that protects its circuits, or loses some of them"
    audited: ClassVar[Mapping[str, str]] = {"carrier": "falls silent"}

    carrier: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over any of its circuits, and nobody is told."""
        return silenced(circuits_of(plan, self.target))

    async def inject(self, lab: BreakableLab) -> str:
        """Drop everything at both ends of each circuit; all queueing disciplines are read back."""
        return await self._silence(lab, silent=True)

    async def heal(self, lab: BreakableLab) -> str:
        """Let packets through again, where nothing else silences a circuit."""
        return await self._silence(lab, silent=False)

    async def _silence(self, lab: BreakableLab, *, silent: bool) -> str:
        read = {name: await lab.cable(name).silence(silent=silent) for name in circuits_of(lab.plan, self.target)}
        return "netem drops " + ", ".join(f"{max(lost.values()):g} % on {name}" for name, lost in read.items())
