"""A whole Direct Connect location loses power: AWS's devices, the customer's routers and the carriers in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from dxemu.faults.base import Fault, dark_nodes, switch_power
from dxemu.plan.impact import Impact
from dxemu.plan.model import Plan
from dxemu.units import Seconds

if TYPE_CHECKING:
    from dxemu.lab.lab import Lab


class LocationDown(Fault):
    """Every node of the location goes dark at once."""

    targets: ClassVar[Mapping[str, str]] = {"location": "location"}

    def nodes(self, plan: Plan) -> tuple[str, ...]:
        """What is there."""
        return tuple(node.name for node in plan.nodes if node.place == self.target)

    def impact(self, plan: Plan, fault: str, at: Seconds, until: Seconds | None) -> Impact:
        """No packet over any cable of the location, and every neighbour knows at once."""
        return dark_nodes(plan, fault, at, until, self.nodes(plan))

    async def inject(self, lab: Lab) -> str:
        """Take the power away; the kernels of all neighbours are asked."""
        return await switch_power(lab, self.nodes(lab.plan), on=False)

    async def heal(self, lab: Lab) -> str:
        """Give the power back."""
        return await switch_power(lab, self.nodes(lab.plan), on=True)
