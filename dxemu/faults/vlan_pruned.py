"""A switch on the way ceases to carry one VLAN: one virtual interface is dead, the others do not notice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.control.wires import vlan_of
from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Impact, silenced
from dxemu.plan.model import Plan
from dxemu.units import Seconds

ALL = 100.0


class VlanPruned(Fault):
    """No packet of the virtual interface arrives in either direction, and nobody is told."""

    targets: ClassVar[Mapping[str, str]] = {"virtual_interface": "virtual_interface"}

    def impact(self, plan: Plan, fault: str, at: Seconds, until: Seconds | None) -> Impact:
        """Its VLAN is dead, silently."""
        del plan
        return silenced(fault, at, until, [vlan_of(self.target)])

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
