"""AWS maintains a device: it steers traffic away, then announces nothing any more, and then the device is away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault, switch_power
from dxemu.faults.effects import Drained, Effect, Misled, NodeGone
from dxemu.parameters import Need, Takes, parameter, target_field
from dxemu.plan.model import BgpSession, Plan
from dxemu.units import Seconds

PREPEND, WITHDRAW, AWAY = "prepend", "withdraw", "away"
TIMES = 5
"""So often AWS's own ASN is put in front once more. How often AWS does it is not published."""
LONGEST = Seconds(4 * 3600)
"""Planned maintenance has a window of up to 4 hours: Direct Connect FAQ; read 2026-11-23."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsDeviceMaintenance(Fault):
    """One of the three phases of it, each a step of its own that may overlap the next.

    In `prepend` what the device announces to customers has a longer AS_PATH. In `withdraw` it announces nothing and
    takes nothing, and its sessions stay up. In `away` it is switched off, for at most 4 hours. What `prepend` moves
    hangs on what customers prefer, and is not predicted.
    """

    words: ClassVar[str] = "AWS maintains it, in phases: it prepends, then withdraws with its sessions up, then is away"
    imitates: ClassVar[str] = "planned maintenance of a Direct Connect device"
    leaves_out: ClassVar[str] = "AWS's notices 14, 7 and 1 days before"
    needs: ClassVar[tuple[str, ...]] = ("dxemu.lab.session_changes",)

    device: str | None = target_field()
    phase: str = parameter(Takes.WORD, need=Need.ALWAYS, choices=(PREPEND, WITHDRAW, AWAY), example=AWAY)

    @property
    def ends_after(self) -> Seconds | None:
        """A window is not longer than that."""
        return LONGEST

    def sessions(self, plan: Plan) -> tuple[BgpSession, ...]:
        """Those of customers on the device."""
        return tuple(s for s in plan.sessions if s.external and s.ends[1].node == self.target and s.in_service)

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """What the phase does."""
        node = plan.node(self.target).name
        if self.phase == AWAY:
            return (NodeGone(node),)
        if self.phase == PREPEND:
            return (Misled(node),)
        return tuple(Drained(session.name) for session in self.sessions(plan))

    async def inject(self, lab: BreakableLab) -> str:
        """Begin the phase; neighbours' kernels, or the customers' tables, are asked."""
        return await self._switch(lab, on=True)

    async def heal(self, lab: BreakableLab) -> str:
        """End it, and ask the same."""
        return await self._switch(lab, on=False)

    async def _switch(self, lab: BreakableLab, *, on: bool) -> str:
        if self.phase == AWAY:
            return await switch_power(lab, [self.target], on=not on)
        said = []
        for session in self.sessions(lab.plan):
            if self.phase == PREPEND:
                said.append(await lab.control.prepend(session.name, TIMES if on else 0))
                continue
            told = await lab.control.drain(session.name, drained=on)
            if on and told:
                raise FaultNotApplied(f"{self.target} should announce nothing on {session.name}, and says {told}")
            said.append(f"{self.target} announces {told or 'nothing'} on {session.name}")
        return "; ".join(said) or f"{self.target} has no session"
