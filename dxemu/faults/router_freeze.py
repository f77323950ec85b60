"""The routing programs of a router stand still, while its kernel goes on forwarding by the routes that it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import ControlFrozen, Effect
from dxemu.parameters import target_field
from dxemu.plan.model import Plan

STOPPED = "T"
"""The state of a process that a signal has stopped: proc(5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterFreeze(Fault):
    """BGP, BFD and IKE of the node neither say nor hear anything, and its TCP still acknowledges.

    The others find out by BFD or by the hold timer, and go around it; it goes on sending by the routes of before. When
    it goes on it finds its sessions closed. LACP, ARP and VRRP are answered all the while.
    """

    words: ClassVar[str] = "its routing programs stand still, its kernel goes on forwarding"
    imitates: ClassVar[str] = "a supervisor that hangs while its line cards forward"
    leaves_out: ClassVar[str] = "a router whose tables go wrong meanwhile"

    router: str | None = target_field()
    device: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Every cable carries packets; nobody hears the node's programs."""
        plan.node(self.target)
        return (ControlFrozen(self.target),)

    async def inject(self, lab: BreakableLab) -> str:
        """Stop the programs; the kernel says that they are stopped."""
        read = lab.control.freeze(self.target, frozen=True)
        going = [name for name, state in read.items() if state != STOPPED]
        if going or not read:
            raise FaultNotApplied(f"{' and '.join(going) or 'no program'} of {self.target} should stand still: {read}")
        return f"{' and '.join(read)} of {self.target} stand still"

    async def heal(self, lab: BreakableLab) -> str:
        """Let them go on; the kernel says that they do."""
        read = lab.control.freeze(self.target, frozen=False)
        still = [name for name, state in read.items() if state == STOPPED]
        if still:
            raise FaultNotApplied(f"{' and '.join(still)} of {self.target} should go on: {read}")
        return f"{' and '.join(read)} of {self.target} go on"
