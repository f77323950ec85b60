"""The other account accepts a hosted virtual interface: from `confirming` it becomes usable."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab
from dxemu.errors import FaultNotApplied
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmVirtualInterface(Action):
    """AWS configures its end of the VLAN.

    Source: Direct Connect API, ConfirmPrivateVirtualInterface (botocore 1.44.5); read 2026-11-23.
    """

    words: ClassVar[str] = "its owner accepts a hosted virtual interface"

    virtual_interface: str | None = target_field()

    def planned(self, plan: Plan) -> Plan:
        """Its sessions have both ends."""
        sessions = (
            replace(session, confirmed=True) if session.virtual_interface == self.target else session
            for session in plan.sessions
        )
        return replace(plan, sessions=tuple(sessions))

    async def do(self, lab: OperatedLab) -> str:
        """Switch AWS's end of the VLAN on; its kernel is asked."""
        if not await lab.confirm(self.target):
            raise FaultNotApplied(f"AWS's end of {self.target} should be up, the kernel says it is down")
        return f"AWS's end of {self.target} is up"
