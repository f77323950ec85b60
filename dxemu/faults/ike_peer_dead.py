"""AWS's IKE daemon of a tunnel hangs: it answers nothing, while the kernel beside it still does ESP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, Protocol, Unheard, node_of
from dxemu.parameters import target_field
from dxemu.plan.model import Plan

STOPPED = "T"
"""The state of a process that a signal has stopped: proc(5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IkePeerDead(Fault):
    """AWS's endpoint of the tunnel does not answer IKE: no dead peer detection, no new keys.

    The tunnel goes on with the keys that it has, as with `ike_blocked`; here a capture shows the questions arrive.
    """

    words: ClassVar[str] = "AWS's IKE daemon hangs: it answers nothing, ESP goes on"
    imitates: ClassVar[str] = "an IKE daemon of AWS's that hangs, or runs out of memory"
    leaves_out: ClassVar[str] = "an endpoint that AWS replaces, which takes the tunnel's ESP with it"
    takes: ClassVar[str] = "IKE daemon"

    tunnel: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No IKE on the tunnel."""
        return (Unheard(Protocol.IKE, plan.tunnel(self.target).name),)

    async def inject(self, lab: BreakableLab) -> str:
        """Stop the daemon; the kernel says that it is stopped."""
        node = node_of(lab.plan, "tunnel", self.target)
        read = lab.control.freeze_ike(node, frozen=True)
        if set(read.values()) != {STOPPED}:
            raise FaultNotApplied(f"the IKE daemon of {node} should stand still, the kernel says {read}")
        return f"the IKE daemon of {node} stands still"

    async def heal(self, lab: BreakableLab) -> str:
        """Let it go on; the kernel says that it does."""
        node = node_of(lab.plan, "tunnel", self.target)
        read = lab.control.freeze_ike(node, frozen=False)
        if STOPPED in read.values():
            raise FaultNotApplied(f"the IKE daemon of {node} should go on, the kernel says {read}")
        return f"the IKE daemon of {node} goes on"
