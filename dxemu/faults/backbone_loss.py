"""AWS's own network loses packets between a device at a location and the Regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, Worsened
from dxemu.faults.quality import DIRECTIONS, Quality
from dxemu.parameters import Need, Takes, parameter, target_field
from dxemu.plan.model import Cable, CableRole, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneLoss(Fault):
    """A share of the packets on every backbone cable of the device is lost, each by chance, in both directions.

    BGP and BFD run between the device and the customer: they see nothing of it, and nothing moves.
    """

    words: ClassVar[str] = "AWS's backbone behind it loses a share of all packets; no session sees it"
    imitates: ClassVar[str] = "a device inside AWS that fails in part: Direct Connect in Tokyo, 2021-09-02"
    leaves_out: ClassVar[str] = "that some flows lose everything and the others nothing: that is `some_flows`"
    needs: ClassVar[tuple[str, ...]] = ("dxemu.lab.cable_quality",)

    device: str | None = target_field()
    share: float = parameter(Takes.PERCENT, need=Need.ALWAYS, most=100, words="20 %", example="20 %")

    def cables(self, plan: Plan) -> list[Cable]:
        """AWS's own cables at the device."""
        plan.node(self.target)
        return [cable for cable in plan.cables_of_node(self.target) if cable.role is CableRole.BACKBONE]

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Some packets are lost; which, chance says."""
        return tuple(Worsened(cable.name) for cable in self.cables(plan))

    async def inject(self, lab: BreakableLab) -> str:
        """Have each cable lose them; the kernels of all ends are asked."""
        quality = Quality(loss_percent=self.share)
        return "; ".join([await lab.cable(one.name).worsen(quality, DIRECTIONS) for one in self.cables(lab.plan)])

    async def heal(self, lab: BreakableLab) -> str:
        """Let them pass again; the kernels of all ends are asked."""
        quality = Quality(loss_percent=self.share)
        return "; ".join([await lab.cable(one.name).mend(quality, DIRECTIONS) for one in self.cables(lab.plan)])
