"""The messages of protocols come late, and packets of users do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, Worsened
from dxemu.parameters import Need, Takes, parameter, target_field
from dxemu.plan.model import LimitKind, Plan
from dxemu.units import Seconds

CLOSE_S = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlaneSlow(Fault):
    """BGP and BFD of the virtual interface leave either end `by` later, each by the same; users' packets do not.

    Routes come and go later. What is late by less than a detection time ends no session, but the first time: nothing
    comes for `by` when it strikes. What waits is lost when it is healed; BGP sends it again.
    """

    words: ClassVar[str] = "every message of BGP and BFD is late at both ends; packets of users are not"
    imitates: ClassVar[str] = "a router whose processor is busy, with its line cards idle"
    leaves_out: ClassVar[str] = "a delay that grows with the number of messages; LACP and IKE"
    takes: ClassVar[str] = "queue"
    needs: ClassVar[tuple[str, ...]] = ("dxemu.lab.slow_control",)

    virtual_interface: str | None = target_field()
    by: Seconds = parameter(Takes.DURATION, need=Need.ALWAYS, least=0.001, most=60, words="500 ms", example="500 ms")

    def mistake(self, plan: Plan) -> str:
        """Where the customer's router shapes there is a queue already."""
        ends = {(end.node, end.interface) for one in plan.sessions_on(self.target) for end in one.ends}
        shaped = any(one.kind is LimitKind.SHAPE and (one.node, one.interface) in ends for one in plan.limits)
        return f"'{self.target}' is shaped, by a queue that is there already" if shaped else ""

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """What is late moves what it tells of: that is not predicted."""
        return tuple(Worsened(cable) for one in plan.sessions_on(self.target) for cable in one.cables)

    async def inject(self, lab: BreakableLab) -> str:
        """Have them wait; the kernels of both ends are asked."""
        read = await lab.control.slow(self.target, float(self.by))
        wrong = {node: by for node, (by, _) in read.items() if abs(by - self.by) > CLOSE_S}
        if wrong or not read:
            raise FaultNotApplied(f"BGP and BFD of {self.target} should be late by {self.by}, the kernels say {read}")
        return f"BGP and BFD of {self.target} are late by {self.by} from {' and '.join(read)}"

    async def heal(self, lab: BreakableLab) -> str:
        """Let them go at once; the kernels are asked for what is left, and for how many were late."""
        read = await lab.control.slow(self.target, None)
        if any(by for by, _ in read.values()):
            raise FaultNotApplied(f"BGP and BFD of {self.target} should be late no longer, the kernels say {read}")
        return f"BGP and BFD of {self.target} go at once, {sum(late for _, late in read.values())} packets late"
