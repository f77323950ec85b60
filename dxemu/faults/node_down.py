"""A router, an AWS device or a VPN endpoint loses power: all its ports go dark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault, switch_power
from dxemu.faults.effects import Impact, dark_nodes, node_of
from dxemu.plan.model import Plan
from dxemu.units import Seconds


class NodeDown(Fault):
    """Everything connected to the node loses light. `tunnel` names a VPN tunnel and means AWS's endpoint of it."""

    targets: ClassVar[Mapping[str, str]] = {"router": "router", "device": "device", "tunnel": "tunnel"}

    def node(self, plan: Plan) -> str:
        """The node that is meant."""
        ((what, name),) = self.parameters.items()
        return node_of(plan, what, name)

    def impact(self, plan: Plan, fault: str, at: Seconds, until: Seconds | None) -> Impact:
        """No packet over any of its cables, and every neighbour knows at once."""
        return dark_nodes(plan, fault, at, until, (self.node(plan),))

    async def inject(self, lab: BreakableLab) -> str:
        """Take the power away; the kernels of all neighbours are asked."""
        return await switch_power(lab, (self.node(lab.plan),), on=False)

    async def heal(self, lab: BreakableLab) -> str:
        """Give the power back."""
        return await switch_power(lab, (self.node(lab.plan),), on=True)
