"""Graceful restart at one router: whose routes are kept, and until when (RFC 4724 sections 4.1 and 4.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from dxemu.bgp.graceful_restart import Capability, StaleRoutes, keeps_routes, may_stay
from dxemu.daemons.exabgp_config import Peer
from dxemu.events.sessions import RoutesStale, RoutesStaleOver
from dxemu.lab.journal import Journal
from dxemu.lab.tasks import Tasks
from dxemu.units import IPNetwork


class GracefulRestart:
    """What a router remembers of it. `on_expiry` hears of a session whose restart time is over."""

    def __init__(
        self,
        node: str,
        peers: Mapping[str, Peer],
        journal: Journal,
        tasks: Tasks,
        on_expiry: Callable[[str], None],
    ) -> None:
        self._node = node
        self._peers = peers
        self._journal = journal
        self._tasks = tasks
        self._on_expiry = on_expiry
        self._capabilities: dict[str, Capability | None] = {}
        self._stale = StaleRoutes()
        self._losses: dict[str, int] = {}
        self._awaited: set[str] = set()

    def opened(self, session: str, capability: Capability | None) -> None:
        """The peer's OPEN has come. One that is restarting itself waits for us, so it is not waited for."""
        self._capabilities[session] = capability
        if capability is None or capability.restarted:
            self._awaited.discard(session)

    def negotiated(self, session: str) -> bool:
        """Whether both ends offered it, for what the session carries."""
        mine = self._peers[session].mine
        capability = self._capabilities.get(session)
        return (
            mine.graceful_restart is not None
            and capability is not None
            and self._version(session) in (capability.versions)
        )

    def keeps(self, session: str, reason: str) -> bool:
        """Whether the routes of a session that was lost for this reason stay."""
        until_bfd_down = self._peers[session].session.until_bfd_down
        return self.negotiated(session) and keeps_routes(reason, until_bfd_down=until_bfd_down)

    def lost(self, session: str, learnt: Iterable[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Mark them stale and start the restart time. Gives those to forget, which were stale already."""
        gone = self._stale.lost(session, learnt)
        number = self._losses[session] = self._losses.get(session, 0) + 1
        capability = self._capabilities[session]
        assert capability is not None
        prefixes, seconds = tuple(sorted(map(str, self._stale.of(session)))), float(capability.restart_time)
        self._journal.tell(RoutesStale(node=self._node, session=session, prefixes=prefixes, for_s=seconds))
        self._tasks.start(self._expire(session, number, seconds))
        return gone

    async def _expire(self, session: str, number: int, seconds: float) -> None:
        await self._journal.clock.settle(seconds)
        if self._losses.get(session) == number and (self._stale.waits(session) or session in self._awaited):
            self._on_expiry(session)

    def heard(self, session: str, prefixes: Iterable[IPNetwork]) -> None:
        """The peer has said something new of these."""
        self._stale.heard(session, prefixes)

    def ends_on_return(self, session: str) -> bool:
        """Whether the session is back and its peer has not preserved its forwarding state."""
        return self._stale.waits(session) and not may_stay(self._capabilities.get(session), self._version(session))

    def over(self, session: str, reason: str) -> tuple[IPNetwork, ...]:
        """Nothing of it is stale any more. Gives the prefixes that are to be forgotten."""
        self._awaited.discard(session)
        if not self._stale.waits(session):
            return ()
        left = tuple(sorted(self._stale.over(session), key=str))
        prefixes = tuple(map(str, left))
        self._journal.tell(RoutesStaleOver(node=self._node, session=session, prefixes=prefixes, reason=reason))
        return left

    def restarting(self, sessions: Iterable[str]) -> None:
        """This router's own BGP restarts: it announces nothing before it has heard everything from these peers."""
        self._awaited = {session for session in sessions if self.negotiated(session)}

    @property
    def defers(self) -> bool:
        """Whether this router, restarting, still waits for its peers' End-of-RIB."""
        return bool(self._awaited)

    def _version(self, session: str) -> int:
        return self._peers[session].mine.address.version
