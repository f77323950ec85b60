"""A switch on the way ceases to carry one VLAN: one virtual interface is dead, the others do not notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, VlanDead
from dxemu.parameters import target_field
from dxemu.plan.model import Plan

ALL = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class VlanPruned(Fault):
    """No packet of the virtual interface arrives in either direction, and nobody is told."""

    words: ClassVar[str] = "a switch ceases to carry its VLAN"
    imitates: ClassVar[str] = "a change on a switch of a carrier, or of a partner, that leaves a VLAN out"
    leaves_out: ClassVar[str] = "a wrong tag, by which packets come to somebody else"
    audited: ClassVar[Mapping[str, str]] = {"virtual_interface": "falls silent"}

    virtual_interface: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Its VLAN is dead, silently."""
        del plan
        return (VlanDead(self.target),)

    async def inject(self, lab: BreakableLab) -> str:
        """Drop everything on the VLAN at both ends; both queueing disciplines are read back."""
        return await self._silence(lab, ALL)

    async def heal(self, lab: BreakableLab) -> str:
        """Let packets through again."""
        return await self._silence(lab, 0.0)

    async def _silence(self, lab: BreakableLab, percent: float) -> str:
        read = await lab.silence(self.target, silent=percent == ALL)
        if not read or any(loss != percent for loss in read.values()):
            raise FaultNotApplied(f"loss on {self.target} should be {percent:g} %, the kernel says {read}")
        return f"{percent:g} % of the VLAN's packets dropped on {' and '.join(read)}"
