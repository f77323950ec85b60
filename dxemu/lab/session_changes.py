"""A session of the running lab is configured as another plan says: at both ends, with its BFD, and read back."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.control.policy import static_announcements
from dxemu.daemons.exabgp_config import Peer
from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.heard import not_heard
from dxemu.lab.overlay import Overlay
from dxemu.lab.router import Router
from dxemu.lab.routing import Routing
from dxemu.plan.model import BgpSession, Plan, SessionEnd
from dxemu.words import duration

HEARD_WITHIN_S = 0.5
"""How long a peer may take to hear of a change: some round trips. No step waits longer for one that is cut off."""
LOOK_S = 0.002


@dataclass(frozen=True, slots=True)
class SessionFollower:
    """Brings sessions of the plan `before` to what `after` says of them."""

    before: Plan
    after: Plan
    routing: Routing
    clock: Clock
    overlay: Overlay | None = None

    async def follow(self, old: BgpSession, new: BgpSession) -> str:
        """Do it; what was read back, in words. Raises LabError."""
        if [end.speaker for end in old.ends] != [end.speaker for end in new.ends]:
            return await self._moved(old, new)
        for end in _order(old, new):
            router = self.routing.routers.get(end.speaker)
            if router is not None:
                await router.follow(self.after, new)
        await self._reflect(old, new)
        said = await self._bfd(old, new)
        if new.static:
            return self._static(new)
        if not new.in_service or any(map(self._begins_anew, self._pairs(old, new))):
            return said + await self._ended(new)
        if not old.in_service:
            return f"{said}both ends take connections"
        return said + await self._heard(new)

    async def add(self, new: BgpSession) -> str:
        """Have both ends know a session that is new; what was read back, in words. Raises LabError."""
        for end in new.ends[::-1]:  # AWS's end takes connections
            if end.speaker in self.routing.routers:
                await self.routing.routers[end.speaker].add(self.after, new)
        return await self._bfd(new, new) + ("both ends know it" if new.static else "both ends take connections")

    async def remove(self, old: BgpSession) -> str:
        """Have neither end know it any more; what was read back, in words. Raises LabError."""
        said = await self._bfd(old, old)
        for end in old.ends:
            if end.speaker in self.routing.routers:
                await self.routing.routers[end.speaker].remove(old.name)
        if old.tunnel is not None and self.overlay is not None:
            await self.overlay.go_down(self.before.tunnel(old.tunnel))
        return said + "neither end knows it"

    async def _reflect(self, old: BgpSession, new: BgpSession) -> None:
        """A route reflector has a client more, or less: the others hear of it by the policies of their own sessions."""
        for had, has in zip(old.ends, new.ends, strict=True):
            router = self.routing.routers.get(has.speaker)
            if router is None or had.client == has.client:
                continue
            for other in self.after.sessions_of(has.speaker):
                if not other.external and other.name != new.name and router.has(other.name):
                    await router.follow(self.after, other)

    async def _moved(self, old: BgpSession, new: BgpSession) -> str:
        """It ends at another speaker from now on, and is made anew there."""
        for end in old.ends if self.routing.bfd is not None and old.has_bfd else ():
            assert self.routing.bfd is not None
            await self.routing.bfd.follow(self.after, end.node, without=old.name)
        for end in old.ends:
            if end.speaker in self.routing.routers:
                await self.routing.routers[end.speaker].remove(old.name)
        return await self.add(new)

    async def _bfd(self, old: BgpSession, new: BgpSession) -> str:
        if self.routing.bfd is None:
            return ""
        changed = False
        for end in new.ends if _runs_bfd(old) and not _runs_bfd(new) else new.ends[::-1]:  # AWS waits for packets
            changed = await self.routing.bfd.follow(self.after, end.node) or changed
        return "BFD runs as configured; " if changed else ""

    async def _ended(self, session: BgpSession) -> str:
        """Return when both ends say that the session is down; or that one does not, in words."""
        waited = 0.0
        while any(session.name in router.established for router in self._ends(session)):
            if waited >= HEARD_WITHIN_S:
                return f"after {duration(HEARD_WITHIN_S * 1e3)} an end has not heard that it is over"
            await self.clock.settle(LOOK_S)
            waited += LOOK_S
        return "both ends say that it is down" + (", and take connections" if session.in_service else "")

    async def _heard(self, session: BgpSession) -> str:
        """Return when each end's table holds what the other end announces now; or that one does not, in words."""
        waited = 0.0
        while all(session.name in router.established for router in self._ends(session)):
            missing = not_heard(self.routing, session)
            if not missing:
                return "both ends' tables say so"
            if waited >= HEARD_WITHIN_S:
                return f"{missing} within {duration(HEARD_WITHIN_S * 1e3)}"
            await self.clock.settle(LOOK_S)
            waited += LOOK_S
        return "its session is down"

    def _static(self, session: BgpSession) -> str:
        """What both ends take for learnt while the tunnel is up. Raises LabError if that is not what it should be."""
        for router in self._ends(session):
            if session.name not in router.established:
                return "its tunnel is down"
            wanted = {one.prefix for one in static_announcements(self.after, session, router.name)}
            if set(router.loc_rib.learnt(session.name)) != wanted:
                raise LabError(f"{router.name} does not hold the static routes of {session.name}")
        return "both ends' tables say so"

    def _ends(self, session: BgpSession) -> list[Router]:
        return [self.routing.routers[end.speaker] for end in session.ends if end.speaker in self.routing.routers]

    @staticmethod
    def _pairs(old: BgpSession, new: BgpSession) -> list[tuple[Peer, Peer]]:
        return [(Peer.at(old, end.speaker), Peer.at(new, end.speaker)) for end in new.ends]

    @staticmethod
    def _begins_anew(pair: tuple[Peer, Peer]) -> bool:
        return pair[0].opens_otherwise(pair[1])


def _runs_bfd(session: BgpSession) -> bool:
    return session.has_bfd and all(end.enabled for end in session.ends)


def _order(old: BgpSession, new: BgpSession) -> tuple[SessionEnd, ...]:
    """AWS's end first where a session is made anew: it takes connections, and has to know what is agreed on then."""
    anew = any(Peer.at(old, end.speaker).opens_otherwise(Peer.at(new, end.speaker)) for end in new.ends)
    return new.ends[::-1] if anew else new.ends
