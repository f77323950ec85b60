"""A fault: a circuit's light goes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, cut
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDown(Fault):
    """Both ends lose light."""

    words: ClassVar[str] = "a circuit's light goes out"

    circuit: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Nothing passes, and both ends know at once."""
        return cut(plan.cable(self.target))

    async def inject(self, lab: BreakableLab) -> str:
        """Take the light away, and read back that it is gone."""
        return await self._carrier(lab, up=False)

    async def heal(self, lab: BreakableLab) -> str:
        """Give it back."""
        return await self._carrier(lab, up=True)

    async def _carrier(self, lab: BreakableLab, *, up: bool) -> str:
        read = await lab.cable(self.target).set_carrier(up=up)
        if any(carrier is not up for carrier in read.values()):
            raise FaultNotApplied(f"the kernel says {read}")
        return f"carrier {'on' if up else 'off'} on {' and '.join(read)}"
