"""BFD's packets vanish while everything else passes: BFD ends sessions whose data would have arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import PacketsVanish
from dxemu.faults.effects import Effect, Protocol, Unheard, sessions_of
from dxemu.parameters import target_field, target_of
from dxemu.plan.model import BgpSession, Plan
from dxemu.plan.packets import BFD, Arrival, on_sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdSilent(PacketsVanish):
    """UDP port 3784 carries nothing in either direction: a policer that drops too much, or a busy line card.

    Each end's detection time expires, and its BGP session is closed (RFC 5882 section 4.3). BGP itself passes, so it
    comes up again at once; BFD stays down until the fault is healed, and no longer watches over the session.
    """

    words: ClassVar[str] = "BFD's packets vanish, BGP and all others pass"
    imitates: ClassVar[str] = "an access list for UDP port 3784, a control-plane policer that is too strict"
    leaves_out: ClassVar[str] = "single packets that are lost: `packet_loss`"

    virtual_interface: str | None = target_field()

    def sessions(self, plan: Plan) -> tuple[BgpSession, ...]:
        """Those that BFD watches over."""
        return tuple(session for session in sessions_of(plan, *target_of(self)) if session.has_bfd)

    def mistake(self, plan: Plan) -> str:
        """Where no BFD runs none can fall silent."""
        return "" if self.sessions(plan) else f"no BFD runs on '{self.target}'"

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No BFD, and nobody is told."""
        return tuple(Unheard(Protocol.BFD, session.name) for session in self.sessions(plan))

    def arrivals(self, plan: Plan) -> tuple[Arrival, ...]:
        """BFD at both ends."""
        return tuple(on_sessions(self.sessions(plan), BFD))
