"""Somebody shuts BFD down on a virtual interface: AdminDown, which says nothing of the path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect
from dxemu.parameters import Takes, parameter, target_field
from dxemu.plan.model import BgpSession, Plan

CUSTOMER, AWS = "customer", "aws"


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdAdminDown(Fault):
    """One end runs BFD no longer, on purpose. BGP must not be closed for that (RFC 5882 section 3.2).

    Nothing watches over the session until the fault is healed, but the hold timer.
    """

    words: ClassVar[str] = "BFD is shut down at one end (AdminDown); BGP stays up"
    imitates: ClassVar[str] = "an operator's `bfd shutdown`, or a line card whose BFD is restarted"
    leaves_out: ClassVar[str] = (
        "the AdminDown packet: BIRD sends none, so the other end learns of it only when its detection time has passed;"
        " and routers that close BGP for it all the same, against the RFC"
    )

    virtual_interface: str | None = target_field()
    by: str = parameter(Takes.WORD, default=CUSTOMER, choices=(CUSTOMER, AWS), words="customer or aws")

    def sessions(self, plan: Plan) -> tuple[BgpSession, ...]:
        """Those that BFD watches over."""
        return tuple(one for one in plan.sessions_on(self.target) if one.has_bfd and one.in_service)

    def mistake(self, plan: Plan) -> str:
        """Where no BFD runs none can be shut down."""
        return "" if self.sessions(plan) else f"no BFD runs on '{self.target}'"

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Every packet passes, and every session stays up."""
        del plan
        return ()

    async def inject(self, lab: BreakableLab) -> str:
        """Shut it down; the daemon's configuration is read back."""
        return await self._shut(lab, shut=True)

    async def heal(self, lab: BreakableLab) -> str:
        """Run it again; the daemon's configuration is read back."""
        return await self._shut(lab, shut=False)

    async def _shut(self, lab: BreakableLab, *, shut: bool) -> str:
        for session in self.sessions(lab.plan):
            node = session.ends[0 if self.by == CUSTOMER else 1].node
            runs = await lab.control.shut_bfd(session.name, node, shut=shut)
            if runs is shut:
                raise FaultNotApplied(f"BFD of {session.name} on {node} should {'not ' if shut else ''}run")
        names = " and ".join(session.name for session in self.sessions(lab.plan))
        return f"BFD of {names} is {'administratively down' if shut else 'configured again'}"
