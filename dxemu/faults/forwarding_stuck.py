"""A router or device forwards nothing, while everything that it says itself goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, Worsened
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardingStuck(Fault):
    """What should pass the node vanishes in it. BGP, BFD and LACP are its own words and go on: nobody goes around it.

    Only sessions that run through it as through a wire, such as a VPN's, notice.
    """

    words: ClassVar[str] = "it forwards nothing, and all of its sessions stay up"
    imitates: ClassVar[str] = "a line card whose table is wrong or full while the control plane lives"
    leaves_out: ClassVar[str] = "tables that are wrong for some prefixes or flows only: `some_flows`"

    router: str | None = target_field()
    device: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Packets vanish on the way through; who sends none through it does not care."""
        return tuple(Worsened(cable.name) for cable in plan.cables_of_node(self.target))

    async def inject(self, lab: BreakableLab) -> str:
        """Have the kernel forward nothing, and ask it."""
        return self._set(lab, on=False)

    async def heal(self, lab: BreakableLab) -> str:
        """Have it forward again."""
        return self._set(lab, on=True)

    def _set(self, lab: BreakableLab, *, on: bool) -> str:
        read = lab.set_forwarding(self.target, on=on)
        if set(read.values()) != {on}:
            raise FaultNotApplied(f"{self.target} should {'' if on else 'not '}forward, its kernel says {read}")
        return f"{self.target} forwards {'' if on else 'no '}{' and '.join(read)}"
