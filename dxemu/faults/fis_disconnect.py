"""AWS Fault Injection Service's action `aws:directconnect:virtual-interface-disconnect`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, SessionClosed, aws_end
from dxemu.parameters import Need, Takes, parameter, target_field
from dxemu.plan.model import Plan
from dxemu.units import Seconds

SHORTEST_S, LONGEST_S = 600, 43_200
"""10 minutes to 12 hours: FIS User Guide, "FIS actions reference", Direct Connect actions; read 2026-11-23."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FisDisconnect(Fault):
    """It starts AWS's failover test on the virtual interface, for all of its BGP peers, and ends after `duration`.

    Before that it looks whether every peer is up, and does nothing if one is not.
    """

    words: ClassVar[str] = "AWS Fault Injection Service disconnects it, if all its peers are up; it ends by itself"
    imitates: ClassVar[str] = "AWS FIS's action `aws:directconnect:virtual-interface-disconnect`"
    leaves_out: ClassVar[str] = "FIS's stop conditions and its roles"
    aws_state: ClassVar[str] = "testing"

    virtual_interface: str | None = target_field()
    duration: Seconds = parameter(
        Takes.DURATION, need=Need.ALWAYS, least=SHORTEST_S, most=LONGEST_S, words="10 min to 12 h", example="10 min"
    )

    @property
    def ends_after(self) -> Seconds:
        """The action's duration."""
        return self.duration

    def mistake(self, plan: Plan) -> str:
        """What is off by design is not available."""
        off = next((one for one in plan.sessions_on(self.target) if not one.in_service), None)
        return "" if off is None else f"FIS refuses it: '{off.name}' is not up"

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """AWS's ends close their sessions."""
        return tuple(SessionClosed(one.name, aws_end(one)) for one in plan.sessions_on(self.target))

    async def inject(self, lab: BreakableLab) -> str:
        """Look whether all peers are up, and take them down; AWS's ends say so."""
        sessions = lab.plan.sessions_on(self.target)
        down = [session.name for session in sessions if not lab.control.is_up(session.name)]
        if down:
            raise FaultNotApplied(f"FIS refuses it: {' and '.join(down)} is not up")
        for session in sessions:
            if await lab.control.hold_down(session.name, aws_end(session), down=True):
                raise FaultNotApplied(f"{aws_end(session)} should have no session {session.name}, and has it")
        return f"AWS holds {' and '.join(session.name for session in sessions)} down: {self.aws_state}"

    async def heal(self, lab: BreakableLab) -> str:
        """AWS's ends take connections again."""
        for session in lab.plan.sessions_on(self.target):
            await lab.control.hold_down(session.name, aws_end(session), down=False)
        return f"AWS takes connections of {self.target}"
