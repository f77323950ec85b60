"""A whole Direct Connect location loses power: AWS's devices, the customer's routers and the carriers in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault, switch_power
from dxemu.faults.effects import Impact, dark_nodes, nodes_at
from dxemu.plan.model import Plan
from dxemu.units import Seconds


class LocationDown(Fault):
    """Every node of the location goes dark at once."""

    targets: ClassVar[Mapping[str, str]] = {"location": "location"}

    def impact(self, plan: Plan, fault: str, at: Seconds, until: Seconds | None) -> Impact:
        """No packet over any cable of the location, and every neighbour knows at once."""
        return dark_nodes(plan, fault, at, until, nodes_at(plan, self.target))

    async def inject(self, lab: BreakableLab) -> str:
        """Take the power away; the kernels of all neighbours are asked."""
        return await switch_power(lab, nodes_at(lab.plan, self.target), on=False)

    async def heal(self, lab: BreakableLab) -> str:
        """Give the power back."""
        return await switch_power(lab, nodes_at(lab.plan, self.target), on=True)
