"""BGP's messages vanish while everything else passes: what an access list in between, or a dead TCP, looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import PacketsVanish
from dxemu.faults.effects import Effect, Protocol, Unheard, sessions_of
from dxemu.parameters import target_field, target_of
from dxemu.plan.model import BgpSession, Plan
from dxemu.plan.packets import BGP, Arrival, on_sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpSilent(PacketsVanish):
    """TCP port 179 carries nothing in either direction. BFD lives, so each end waits for its hold timer.

    Packets of users pass all the while; they are lost only where no other route is left.
    """

    words: ClassVar[str] = "BGP's packets vanish, BFD and all others pass"
    imitates: ClassVar[str] = "an access list for TCP port 179, a routing process that hangs"
    leaves_out: ClassVar[str] = "a session that is reset: nobody sends a word"

    virtual_interface: str | None = target_field()
    tunnel: str | None = target_field(words="the session in it")

    def sessions(self, plan: Plan) -> tuple[BgpSession, ...]:
        """Those that are meant."""
        return tuple(session for session in sessions_of(plan, *target_of(self)) if not session.static)

    def mistake(self, plan: Plan) -> str:
        """A static VPN has no BGP."""
        return "" if self.sessions(plan) else f"no BGP runs on '{self.target}': its routes are static"

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No BGP, and nobody is told."""
        return tuple(Unheard(Protocol.BGP, session.name) for session in self.sessions(plan))

    def arrivals(self, plan: Plan) -> tuple[Arrival, ...]:
        """BGP at both ends."""
        return tuple(on_sessions(self.sessions(plan), BGP))
