"""The routing process of a router stops, and starts again when the fault is healed. The kernel goes on forwarding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Impact
from dxemu.plan.model import Plan
from dxemu.units import Seconds


class BgpRestart(Fault):
    """BGP on a router or AWS device dies without a word: its kernel closes the TCP sessions, and BFD goes on.

    Where both ends of a session restart gracefully its routes stay at both (RFC 4724), else they go at once.
    """

    targets: ClassVar[Mapping[str, str]] = {"router": "router", "device": "device"}

    def impact(self, plan: Plan, fault: str, at: Seconds, until: Seconds | None) -> Impact:
        """Every cable carries packets; the sessions of the node are lost."""
        del plan
        return Impact(fault=fault, at=at, until=until, cables=(), restarting=(self.target,))

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
