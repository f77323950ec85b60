"""A router: an ExaBGP speaker, RIBs and decision process, and the kernel's routes.

Everything that concerns one router is done in one task, in order of arrival. After a loss of path
the kernel's table is changed first and the peers are told afterwards, as routers do.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from dxemu.bgp.adj_rib_out import AdjRibOut, Update
from dxemu.bgp.graceful_restart import Capability
from dxemu.bgp.notification import Cease, cease
from dxemu.bgp.rib import BestPathChange, LocRib
from dxemu.bgp.route import Announcement
from dxemu.control.interior import interior_cost
from dxemu.control.policy import maximum_paths, static_announcements
from dxemu.daemons.exabgp import ExaBgp
from dxemu.daemons.exabgp_config import Peer
from dxemu.daemons.exabgp_events import EndOfRib, Learnt, PeerOpen, SessionDown, SessionRefused, SessionUp, SpeakerEvent
from dxemu.events.sessions import ADMINISTRATIVELY_DOWN
from dxemu.lab.fib import Fib
from dxemu.lab.graceful_restart import GracefulRestart
from dxemu.lab.journal import Journal
from dxemu.lab.prefix_limits import Exceeded, PrefixLimits
from dxemu.lab.router_journal import RouterJournal
from dxemu.lab.session_policies import SessionPolicies
from dxemu.lab.static_routes import StaticRoutes
from dxemu.lab.tasks import Tasks
from dxemu.lab.turns import Turns
from dxemu.plan.model import Plan, Speaker

Listener = Callable[[Sequence[BestPathChange]], Awaitable[None]]


class Router:
    """One speaker's control plane: one BGP table of a node. `node` is where it is, `name` tells it from others there.

    `on_best` hears of every change of best routes, after the kernel was changed.
    """

    def __init__(
        self,
        plan: Plan,
        speaker: Speaker,
        peers: Sequence[Peer],
        fib: Fib,
        journal: Journal,
        tasks: Tasks,
        static_routes: StaticRoutes | None = None,
    ) -> None:
        self.name = speaker.name
        self.node = speaker.node
        self.side = speaker.side
        self._plan = plan
        self.established: set[str] = set()
        self.on_best: list[Listener] = []
        self.policies = SessionPolicies(plan, speaker.name)
        self.loc_rib = LocRib(speaker.originates, interior_cost(plan, speaker), maximum_paths(speaker))
        self._peers = {peer.session.name: peer for peer in peers}
        self._limits = PrefixLimits(speaker, self._peers)
        self._adj_rib_out = AdjRibOut()
        self._fib = fib
        self._static_routes = static_routes
        self._tell = RouterJournal(speaker, self._peers, journal)
        self._exabgp: ExaBgp | None = None
        self._graceful = GracefulRestart(self.node, self._peers, journal, tasks, self._restart_time_over)
        self._work = Turns()

    def attach(self, exabgp: ExaBgp) -> None:
        """The speaker that carries this router's words. Its events go to `heard`."""
        self._exabgp = exabgp

    def has(self, session: str) -> bool:
        """Whether a session ends here."""
        return session in self._peers

    async def run(self) -> None:
        """Do what has come in, for ever."""
        await self._work.run()

    async def idle(self) -> None:
        """Return when everything that has come in is done."""
        await self._work.idle()

    def heard(self, event: SpeakerEvent) -> None:
        """ExaBGP says something."""
        match event:
            case SessionUp(session):
                self._work.add(lambda: self._up(session))
            case SessionDown(session, reason, detail):
                self._work.add(lambda: self._down(session, reason, detail))
            case SessionRefused():
                self._tell.session_refused(event)
            case PeerOpen(session, capability):
                self._work.add(partial(self._opened, session, capability))
            case EndOfRib(session):
                self._work.add(partial(self._end_of_rib, session))
            case Learnt():
                self._work.add(lambda: self._learn(event))

    def bfd_changed(self, session: str, up: bool, reason: str) -> None:
        """BFD says something about a session (RFC 5882 section 4.3: the client closes what BFD declares down)."""
        self._tell.bfd(session, up=up, reason=reason)
        if not up:
            self._work.add(lambda: self._close(session, "bfd", reason, Cease.BFD_DOWN))

    def bfd_ended(self, session: str) -> None:
        """BFD of a session is no longer run here: AdminDown, which says nothing of the path (RFC 5882 section 3.2)."""
        self._tell.bfd(session, up=False, reason=ADMINISTRATIVELY_DOWN)

    def carrier_changed(self, port: str, up: bool) -> None:
        """A port lost or gained carrier: sessions over it do not wait for a timer (fast external failover)."""
        sessions = [name for name, peer in self._peers.items() if peer.mine.port == port and not up]
        for session in sessions:
            close = partial(self._close, session, "carrier", f"{port} lost carrier", Cease.ADMINISTRATIVE_RESET)
            self._work.add(close)
        if self._static_routes is not None and self._static_routes.over(port):
            light = partial(self._static_routes.light_changed, port, up=up, loc_rib=self.loc_rib, fib=self._fib)
            self._work.add(light)

    def carrier_kept(self) -> None:
        """A port has light again before it was taken for down: what the kernel forgot meanwhile is put in again."""
        self._work.add(self._install_again)

    async def _install_again(self) -> None:
        best = ((p, c) for p, c in self.loc_rib.best.items() if not c.route.originated)
        fixed = self._static_routes
        mine = [(p, c) for p, c in best if fixed is None or not fixed.decide(p)]
        await self._fib.apply((prefix, [route.next_hop for route in choice.routes]) for prefix, choice in mine)

    def told(self, session: str) -> tuple[Announcement, ...]:
        """What the peer of `session` was told by this router."""
        return self._adj_rib_out.sent(session)

    def clear(self, session: str) -> None:
        """An operator resets a session; it is made anew at once, if the other end takes it."""
        self._work.add(partial(self._clear, session))

    async def _clear(self, session: str) -> None:
        assert self._exabgp is not None
        await self._down(session, "cleared", "an operator reset it")
        self._exabgp.clear(session)

    def end_idle(self, session: str) -> None:
        """The peer was reset: its connections are taken again."""
        assert self._exabgp is not None
        self._exabgp.hold_idle(session, idle=False)

    def tunnel_changed(self, tunnel: str, *, up: bool, reason: str) -> None:
        """IPsec says something of a tunnel. The routes of a static VPN are there while it is up.

        A BGP session in a tunnel that went down has lost its interface, as on a router.
        """
        for name, peer in self._peers.items():
            if peer.session.tunnel != tunnel:
                continue
            if not up:
                self._work.add(partial(self._close, name, reason, f"{tunnel} is down", Cease.ADMINISTRATIVE_RESET))
            elif peer.session.static:
                self._work.add(partial(self._static_up, name))

    async def _static_up(self, session: str) -> None:
        self.established.add(session)
        self._tell.bgp(session, "up", detail="static routes")
        announce = static_announcements(self._plan, self._peers[session].session, self.name)
        await self._learn(Learnt(session, announce, ()))

    async def _opened(self, session: str, capability: Capability | None) -> None:
        self._graceful.opened(session, capability)

    async def _up(self, session: str) -> None:
        self.established.add(session)
        self._tell.bgp(session, "up")
        if self._graceful.ends_on_return(session):
            await self._stale_over(session, "forwarding state not preserved")
        if not self._graceful.defers:
            self._announce_all(session)

    def _announce_all(self, session: str) -> None:
        """The whole table, and that it is the whole one."""
        self._announce_again(session)
        assert self._exabgp is not None
        self._exabgp.end_of_rib(session)

    async def _end_of_rib(self, session: str) -> None:
        if session in self.established:
            await self._stale_over(session, "end_of_rib")

    def _restart_time_over(self, session: str) -> None:
        self._work.add(partial(self._stale_over, session, "restart_time"))

    async def _stale_over(self, session: str, reason: str) -> None:
        """Forget what is stale. A restarting router that has now heard of all its peers tells what it has."""
        deferred = self._graceful.defers
        left = self._graceful.over(session, reason)
        if left:
            self._tell.withdrawn(session, left)
        await self._apply(self.loc_rib.withdraw(session, left))
        if deferred and not self._graceful.defers:
            for up in sorted(self.established):
                self._announce_all(up)

    async def stop_bgp(self) -> None:
        """The routing process has been stopped. What restarts gracefully stays in the kernel, the rest goes."""

        async def stopped() -> None:
            lost = sorted(name for name in self.established if not self._peers[name].session.static)
            self._graceful.restarting(lost)
            for session in lost:
                await self._down(session, "restart", "the routing process was stopped")

        await self._work.in_turn(stopped)

    def _announce_again(self, session: str) -> None:
        """What the peer does not know yet of the whole table, after a change of policy."""
        policy = self.policies.exports(self._peers[session].session)
        self._send([self._adj_rib_out.up(policy, self.loc_rib.routes())])

    async def _close(self, session: str, reason: str, detail: str, subcode: Cease) -> None:
        """Give up a session that ExaBGP still believes in."""
        if session not in self.established:
            if not self._graceful.keeps(session, reason):
                await self._stale_over(session, reason)
            return
        if self._peers[session].session.static:
            await self._down(session, reason, detail)
            return
        await self._down(session, reason, f"{detail}: {cease(subcode)}")
        assert self._exabgp is not None
        self._exabgp.teardown(session, subcode)

    async def _down(self, session: str, reason: str, detail: str) -> None:
        if session not in self.established:
            return
        self.established.discard(session)
        self._tell.bgp(session, "down", reason, detail)
        told = [announcement.prefix for announcement in self._adj_rib_out.sent(session)]
        self._adj_rib_out.down(session)
        self._limits.forget(session)
        lost = self.loc_rib.learnt(session)
        self.policies.forget(session)
        if self._graceful.keeps(session, reason):
            lost = self._graceful.lost(session, lost)
        else:
            self._graceful.over(session, reason)
            self._tell.withdrawn(session, lost)
        changes = self.loc_rib.withdraw(session, lost)
        await self._apply(changes)
        # ExaBGP announces again by itself what it was last told; what holds by then is sent when the session is up.
        if told and self._exabgp is not None:
            self._exabgp.update(Update(session, (), tuple(told)))

    async def _learn(self, event: Learnt) -> None:
        if event.session not in self.established:
            return
        exceeded = self._limits.exceeded(event)
        if exceeded is not None:
            await self._too_many(event.session, exceeded)
            return
        if event.malformed:
            for prefix in event.withdraw:
                self._tell.refused(event.session, prefix, f"treat-as-withdraw: {event.malformed}")
        policy = self.policies.imports(self._peers[event.session].session)
        self._graceful.heard(event.session, (*(a.prefix for a in event.announce), *event.withdraw))
        received = self.loc_rib.receive(event.announce, event.withdraw, policy)
        self.policies.heard(event, ((refused.prefix, refused.reason) for refused in received.refused))
        for refused in received.refused:
            self._tell.refused(event.session, refused.prefix, refused.reason)
        if event.withdraw:
            self._tell.withdrawn(event.session, event.withdraw)
        await self._apply(received.changes)

    async def _too_many(self, session: str, exceeded: Exceeded) -> None:
        """End a session on which the peer announces more than AWS takes; this end then stays Idle (`end_idle`)."""
        assert self._exabgp is not None
        self._tell.prefix_limit(session, exceeded)
        self._exabgp.hold_idle(session, idle=True)
        await self._close(session, "prefix_limit", exceeded.reason, Cease.MAXIMUM_NUMBER_OF_PREFIXES_REACHED)

    async def _apply(self, changes: Sequence[BestPathChange]) -> None:
        """Best routes changed: the kernel first, then whoever listens, then the peers."""
        self._tell.best(changes)
        await self._install(changes)
        for listener in self.on_best:
            await listener(changes)
        self._send(self._adj_rib_out.after(changes))

    async def _install(self, changes: Sequence[BestPathChange]) -> None:
        fixed = self._static_routes
        mine = changes if fixed is None else [change for change in changes if not fixed.decide(change.prefix)]
        await self._fib.apply((change.prefix, change.next_hops) for change in mine)

    def _send(self, updates: Sequence[Update]) -> None:
        assert self._exabgp is not None
        for update in updates:
            if not self._peers[update.session].session.static:
                self._exabgp.update(update)
