"""A router, an AWS device or a VPN endpoint loses power: all its ports go dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault, switch_power
from dxemu.faults.effects import Effect, NodeGone, node_of
from dxemu.parameters import target_field, target_of
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDown(Fault):
    """Everything connected to the node loses light. `tunnel` names a VPN tunnel and means AWS's endpoint of it."""

    words: ClassVar[str] = "it loses power"
    imitates: ClassVar[str] = "a device that loses power, or reboots"
    leaves_out: ClassVar[str] = "a device that goes on without its routing process: `bgp_restart`"
    audited: ClassVar[Mapping[str, str]] = {"router": "dies", "device": "dies", "tunnel": "dies"}

    router: str | None = target_field()
    device: str | None = target_field()
    tunnel: str | None = target_field(words="AWS's endpoint of it")

    def node(self, plan: Plan) -> str:
        """The node that is meant."""
        return node_of(plan, *target_of(self))

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over any of its cables, and every neighbour knows at once."""
        return (NodeGone(self.node(plan)),)

    async def inject(self, lab: BreakableLab) -> str:
        """Take the power away; the kernels of all neighbours are asked."""
        return await switch_power(lab, (self.node(lab.plan),), on=False)

    async def heal(self, lab: BreakableLab) -> str:
        """Give the power back."""
        return await switch_power(lab, (self.node(lab.plan),), on=True)
