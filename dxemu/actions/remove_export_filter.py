"""Somebody deletes the filter of what the customer's router announces on a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from dxemu.actions.base import Action
from dxemu.errors import FaultNotApplied

if TYPE_CHECKING:
    from dxemu.lab.lab import Lab


class RemoveExportFilter(Action):
    """Every best route that the router has is announced from now on, as far as communities let it."""

    targets: ClassVar[Mapping[str, str]] = {"session": "session"}

    async def do(self, lab: Lab) -> str:
        """Announce them, and read back what AWS's end made of each."""
        if any(session.static for session in lab.plan.sessions if session.name == self.target):
            raise FaultNotApplied(f"{self.target} has static routes: there is nothing that a filter could hold back")
        answers = await lab.remove_export_filter(self.target)
        if not answers:
            raise FaultNotApplied(f"nothing is announced on {self.target}")
        taken = [str(prefix) for prefix, reason in answers.items() if not reason]
        refused = [str(prefix) for prefix, reason in answers.items() if reason]
        return f"AWS takes {', '.join(taken) or 'nothing'} and refuses {', '.join(refused) or 'nothing'}"
