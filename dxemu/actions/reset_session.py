"""An operator clears the BGP sessions of a virtual interface: what an Idle end of AWS's waits for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.actions.base import Action, OperatedLab
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetSession(Action):
    """`clear bgp` on the customer's router (Cease/4, Administrative Reset, if the session is up).

    AWS's end then takes the customer's connection, also where it was Idle. If the customer still announces too much, it
    closes the session again. Source: Direct Connect User Guide, "Direct Connect quotas"; read 2026-11-23.
    """

    words: ClassVar[str] = "the customer clears its sessions, and an Idle end of AWS's takes them again"

    virtual_interface: str | None = target_field()

    def clears(self, plan: Plan) -> frozenset[str]:
        """All of the virtual interface's."""
        return frozenset(session.name for session in plan.sessions_on(self.target))

    async def do(self, lab: OperatedLab) -> str:
        """Clear them, and say which came up within a few seconds. A cable that is cut brings none back."""
        states = await lab.operator.reset(self.target)
        return ", ".join(f"{session} is {'up' if up else 'still down'}" for session, up in states.items())
