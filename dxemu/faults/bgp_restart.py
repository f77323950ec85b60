"""The routing process of a router stops, and starts again when the fault is healed. The kernel goes on forwarding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, ProcessGone
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpRestart(Fault):
    """BGP on a router or AWS device dies without a word: its kernel closes the TCP sessions, and BFD goes on.

    Where both ends of a session restart gracefully its routes stay at both (RFC 4724), else they go at once.
    """

    words: ClassVar[str] = "the routing process stops, and starts again when healed"
    imitates: ClassVar[str] = "a daemon that crashes, an upgrade of a router's software without one of its kernel"
    leaves_out: ClassVar[str] = "that a real router may stop forwarding meanwhile"

    router: str | None = target_field()
    device: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Every cable carries packets; the sessions of the node are lost."""
        del plan
        return (ProcessGone(self.target),)

    async def inject(self, lab: BreakableLab) -> str:
        """End the process; the kernel is asked for it, and for the routes that are left."""
        left = await lab.stop_bgp(self.target)
        if lab.bgp_runs(self.target):
            raise FaultNotApplied(f"the routing process of {self.target} still runs")
        kept = ", ".join(f"{count} of BGP's routes left in the kernel for {speaker}" for speaker, count in left.items())
        return f"no routing process on {self.target}; {kept}"

    async def heal(self, lab: BreakableLab) -> str:
        """Start the process again."""
        lab.start_bgp(self.target)
        if not lab.bgp_runs(self.target):
            raise FaultNotApplied(f"the routing process of {self.target} does not run")
        return f"the routing process of {self.target} runs"
