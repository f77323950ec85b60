"""A router: an ExaBGP speaker, RIBs and decision process, and the kernel's routes.

Everything that concerns one router is done in one task, in order of arrival. After a loss of path
the kernel's table is changed first and the peers are told afterwards, as routers do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from dxemu.bgp.graceful_restart import Capability
from dxemu.bgp.notification import Cease, Notification, cease
from dxemu.bgp.policy import ExportPolicy
from dxemu.bgp.prefix_limit import ReceivedPrefixes
from dxemu.bgp.rib import AdjRibOut, Change, LocRib, Update
from dxemu.daemons.exabgp import ExaBgp, Peer
from dxemu.daemons.exabgp_events import (
    EndOfRib,
    Learnt,
    PeerOpen,
    SessionDown,
    SessionRefused,
    SessionUp,
    SpeakerEvent,
)
from dxemu.lab.fib import Fib
from dxemu.lab.graceful_restart import GracefulRestart
from dxemu.lab.journal import Journal
from dxemu.lab.static_routes import StaticRoutes
from dxemu.lab.tasks import Tasks
from dxemu.plan.model import Plan, Side, Speaker
from dxemu.plan.policy import export_policy, import_policy, maximum_paths, static_announcements
from dxemu.units import IPAddress, IPNetwork

Listener = Callable[[Sequence[Change]], Awaitable[None]]


def shared(change: Change) -> dict[str, object]:
    """For the timeline: the sessions of all routes that are used together, if there are several."""
    return {"shared": [route.session for route in change.routes]} if len(change.routes) > 1 else {}


def next_hops(change: Change) -> list[IPAddress]:
    """Of the routes that a kernel is to have from now on; none for a prefix that the router announces itself."""
    return [route.next_hop for route in change.routes if not route.originated]


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
        self.loc_rib = LocRib(originates=speaker.originates, maximum_paths=maximum_paths(speaker))
        self._peers = {peer.session.name: peer for peer in peers}
        self._received = {
            name: ReceivedPrefixes(peer.mine.asn)
            for name, peer in self._peers.items()
            if peer.session.prefix_quota is not None and speaker.side is Side.AWS
        }
        self._let_out: frozenset[IPNetwork] = frozenset()
        self._adj_rib_out = AdjRibOut()
        self._fib = fib
        self._static_routes = static_routes
        self._journal = journal
        self._told_refused: dict[str, set[tuple[Notification, bool]]] = {}
        self._exabgp: ExaBgp | None = None
        self._graceful = GracefulRestart(self.node, self._peers, journal, tasks, self._restart_time_over)
        self._work: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()

    def attach(self, exabgp: ExaBgp) -> None:
        """The speaker that carries this router's words. Its events go to `heard`."""
        self._exabgp = exabgp

    async def run(self) -> None:
        """Do what has come in, for ever."""
        while True:
            do = await self._work.get()
            await do()
            self._work.task_done()

    async def idle(self) -> None:
        """Return when everything that has come in is done."""
        await self._work.join()

    def heard(self, event: SpeakerEvent) -> None:
        """ExaBGP says something."""
        match event:
            case SessionUp(session):
                self._work.put_nowait(lambda: self._up(session))
            case SessionDown(session, reason, detail):
                self._work.put_nowait(lambda: self._down(session, reason, detail))
            case SessionRefused():
                self._work.put_nowait(lambda: self._refused(event))
            case PeerOpen(session, capability):
                self._work.put_nowait(partial(self._opened, session, capability))
            case EndOfRib(session):
                self._work.put_nowait(partial(self._end_of_rib, session))
            case Learnt():
                self._work.put_nowait(lambda: self._learn(event))

    def bfd_changed(self, session: str, up: bool, reason: str) -> None:
        """BFD says something about a session (RFC 5882 section 4.3: the client closes what BFD declares down)."""
        self._journal.tell("bfd", node=self.node, session=session, state="up" if up else "down", reason=reason)
        if not up:
            self._work.put_nowait(lambda: self._close(session, "bfd", reason, Cease.BFD_DOWN))

    def carrier_changed(self, port: str, up: bool) -> None:
        """A port lost or gained carrier: sessions over it do not wait for a timer (fast external failover)."""
        sessions = [name for name, peer in self._peers.items() if peer.mine.port == port and not up]
        for session in sessions:
            close = partial(self._close, session, "carrier", f"{port} lost carrier", Cease.ADMINISTRATIVE_RESET)
            self._work.put_nowait(close)
        if self._static_routes is not None and self._static_routes.over(port):
            self._work.put_nowait(partial(self._static_routes_over, self._static_routes, port, up))

    async def originate(self, prefixes: Sequence[IPNetwork]) -> None:
        """From now on this router announces exactly `prefixes` of its own. Returns when its peers have been told."""
        done = asyncio.get_running_loop().create_future()

        async def change() -> None:
            words = [str(prefix) for prefix in prefixes]
            self._journal.tell("originates", node=self.node, speaker=self.name, prefixes=words)
            await self._apply(self.loc_rib.originate(prefixes))
            done.set_result(None)

        self._work.put_nowait(change)
        await done

    async def let_out(self, prefixes: Collection[IPNetwork]) -> None:
        """From now on the filters towards AWS let `prefixes` pass, too. Returns when that is so."""
        done = asyncio.get_running_loop().create_future()

        async def change() -> None:
            self._let_out |= frozenset(prefixes)
            words = [str(prefix) for prefix in sorted(self._let_out, key=str)]
            self._journal.tell("let_out", node=self.node, speaker=self.name, prefixes=words)
            for session in sorted(self.established):
                if not self._peers[session].session.static:
                    self._send([self._adj_rib_out.up(self._export_policy(session), self.loc_rib.routes())])
            done.set_result(None)

        self._work.put_nowait(change)
        await done

    def told(self, session: str) -> int:
        """How many prefixes the peer of `session` knows from this router."""
        return len(self._adj_rib_out.sent(session))

    def clear(self, session: str) -> None:
        """An operator resets a session; it is made anew at once, if the other end takes it."""
        self._work.put_nowait(partial(self._clear, session))

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
                self._work.put_nowait(
                    partial(self._close, name, reason, f"{tunnel} is down", Cease.ADMINISTRATIVE_RESET)
                )
            elif peer.session.static:
                self._work.put_nowait(partial(self._static_up, name))

    async def _static_up(self, session: str) -> None:
        self.established.add(session)
        self._tell_bgp(session, "up", "", "static routes")
        announce = static_announcements(self._plan, self._peers[session].session, self.name)
        await self._learn(Learnt(session, announce, ()))

    async def _opened(self, session: str, capability: Capability | None) -> None:
        self._graceful.opened(session, capability)

    async def _up(self, session: str) -> None:
        self.established.add(session)
        self._told_refused.pop(session, None)
        self._tell_bgp(session, "up", "", "")
        if self._graceful.ends_on_return(session):
            await self._stale_over(session, "forwarding state not preserved")
        if not self._graceful.defers:
            self._announce_all(session)

    def _announce_all(self, session: str) -> None:
        """The whole table, and that it is the whole one."""
        self._send([self._adj_rib_out.up(self._export_policy(session), self.loc_rib.routes())])
        assert self._exabgp is not None
        self._exabgp.end_of_rib(session)

    async def _end_of_rib(self, session: str) -> None:
        if session in self.established:
            await self._stale_over(session, "end_of_rib")

    def _restart_time_over(self, session: str) -> None:
        self._work.put_nowait(partial(self._stale_over, session, "restart_time"))

    async def _stale_over(self, session: str, reason: str) -> None:
        """Forget what is stale. A restarting router that has now heard of all its peers tells what it has."""
        deferred = self._graceful.defers
        left = self._graceful.over(session, reason)
        if left:
            self._tell_withdrawn(session, left)
        await self._apply(self.loc_rib.withdraw(session, left))
        if deferred and not self._graceful.defers:
            for up in sorted(self.established):
                self._announce_all(up)

    async def stop_bgp(self) -> None:
        """The routing process has been stopped. What restarts gracefully stays in the kernel, the rest goes."""
        done = asyncio.get_running_loop().create_future()

        async def stopped() -> None:
            lost = sorted(name for name in self.established if not self._peers[name].session.static)
            self._graceful.restarting(lost)
            for session in lost:
                await self._down(session, "restart", "the routing process was stopped")
            done.set_result(None)

        self._work.put_nowait(stopped)
        await done

    def _export_policy(self, session: str) -> ExportPolicy:
        """The plan's, and what the filters let out since."""
        policy = export_policy(self._plan, self._peers[session].session, self.name)
        return policy if policy.only is None else replace(policy, only=dict.fromkeys((*policy.only, *self._let_out)))

    async def _refused(self, refused: SessionRefused) -> None:
        """The peers try again and again: each reason is told once until the session comes up."""
        told = self._told_refused.setdefault(refused.session, set())
        reason = (refused.notification, refused.sent)
        if reason not in told:
            told.add(reason)
            self._journal.tell(
                "bgp_refused",
                node=self.node,
                session=refused.session,
                peer=self._peers[refused.session].other.node,
                code=refused.notification.code,
                subcode=refused.notification.subcode,
                sent=refused.sent,
                detail=str(refused.notification),
            )

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
        self._tell_bgp(session, "down", reason, detail)
        told = [announcement.prefix for announcement in self._adj_rib_out.sent(session)]
        self._adj_rib_out.down(session)
        if session in self._received:
            self._received[session].forget()
        lost = self.loc_rib.learnt(session)
        if self._graceful.keeps(session, reason):
            lost = self._graceful.lost(session, lost)
        else:
            self._graceful.over(session, reason)
            self._tell_withdrawn(session, lost)
        changes = self.loc_rib.withdraw(session, lost)
        await self._apply(changes)
        # ExaBGP announces again by itself what it was last told; what holds by then is sent when the session is up.
        if told and self._exabgp is not None:
            self._exabgp.update(Update(session, (), tuple(told)))

    async def _learn(self, event: Learnt) -> None:
        if event.session not in self.established:
            return
        if event.session in self._received:
            count = self._received[event.session].hear(event.announce, event.withdraw)
            if await self._too_many(event.session, count):
                return
        if event.malformed:
            for prefix in event.withdraw:
                self._tell_refused(event.session, prefix, f"treat-as-withdraw: {event.malformed}")
        policy = import_policy(self._plan, self._peers[event.session].session, self.name)
        self._graceful.heard(event.session, (*(a.prefix for a in event.announce), *event.withdraw))
        received = self.loc_rib.receive(event.announce, event.withdraw, policy)
        for refused in received.refused:
            self._tell_refused(event.session, refused.prefix, refused.reason)
        if event.withdraw:
            self._tell_withdrawn(event.session, event.withdraw)
        await self._apply(received.changes)

    async def _too_many(self, session: str, count: int) -> bool:
        """End a session on which the peer announces more than AWS takes; this end then stays Idle (`end_idle`)."""
        quota = self._peers[session].session.prefix_quota
        beyond = quota.check(count, "prefixes") if quota is not None else None
        if quota is None or beyond is None:
            return False
        assert self._exabgp is not None
        self._journal.tell(
            "prefix_limit", node=self.node, session=session, count=count, limit=quota.most, reason=beyond
        )
        self._exabgp.hold_idle(session, idle=True)
        await self._close(session, "prefix_limit", beyond, Cease.MAXIMUM_NUMBER_OF_PREFIXES_REACHED)
        return True

    async def _apply(self, changes: Sequence[Change]) -> None:
        """Best routes changed: the kernel first, then whoever listens, then the peers."""
        for change in changes:
            self._journal.tell(
                "best",
                node=self.node,
                speaker=self.name,
                prefix=str(change.prefix),
                session=change.new.session if change.new else None,
                rule=change.rule,
                **shared(change),
                **self._learnt_from(change),
            )
        await self._install(changes)
        for listener in self.on_best:
            await listener(changes)
        self._send(self._adj_rib_out.after(changes))

    def _learnt_from(self, change: Change) -> dict[str, object]:
        """The peer that the new best route came from, and whether that is a router of the same AS."""
        if change.new is None or change.new.originated:
            return {}
        peer = self._peers[change.new.session]
        return {"peer": peer.other.node, "internal": not peer.session.external}

    async def _static_routes_over(self, static_routes: StaticRoutes, port: str, up: bool) -> None:
        """A port lost light: BGP's routes take the place of the static ones over it, until it has light again."""
        for fixed in static_routes.over(port):
            if up:
                await self._fib.remove(fixed.destination)
                await static_routes.put_in(fixed)
            else:
                await static_routes.take_out(fixed)
                choice = self.loc_rib.best.get(fixed.destination)
                if choice is not None:
                    await self._install([Change(fixed.destination, None, choice)])

    async def _install(self, changes: Sequence[Change]) -> None:
        fixed = self._static_routes
        mine = changes if fixed is None else [change for change in changes if not fixed.decide(change.prefix)]
        await self._fib.apply((change.prefix, next_hops(change)) for change in mine)

    def _send(self, updates: Sequence[Update]) -> None:
        assert self._exabgp is not None
        for update in updates:
            if not self._peers[update.session].session.static:
                self._exabgp.update(update)

    def _tell_bgp(self, session: str, state: str, reason: str, detail: str) -> None:
        peer = self._peers[session].other.node
        self._journal.tell("bgp", node=self.node, session=session, peer=peer, state=state, reason=reason, detail=detail)

    def _tell_refused(self, session: str, prefix: IPNetwork, reason: str) -> None:
        self._journal.tell("refused", node=self.node, session=session, prefix=str(prefix), reason=reason)

    def _tell_withdrawn(self, session: str, prefixes: Sequence[IPNetwork]) -> None:
        self._journal.tell("withdrawn", node=self.node, session=session, prefixes=[str(p) for p in prefixes])
