"""A router whose configuration can be another one while it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from dxemu.bgp.notification import Cease
from dxemu.bgp.rib import in_order
from dxemu.control.policy import maximum_paths, static_announcements
from dxemu.daemons.exabgp_config import Peer
from dxemu.daemons.exabgp_events import Learnt
from dxemu.lab.befallen import NOTHING, Befallen
from dxemu.lab.router import Router
from dxemu.plan.model import BgpSession, Plan, Speaker
from dxemu.units import IPNetwork


class ChangeableRouter(Router):
    """What operators change of it is done in its turn, as all that concerns a router.

    What faults have made of a session stays, whatever is changed of it.
    """

    _befallen: Mapping[str, Befallen] = MappingProxyType({})
    _leaks: Mapping[IPNetwork, int] = MappingProxyType({})

    def adopt(self, plan: Plan) -> None:
        """The plan has become this one; sessions that changed in it were told by `follow`."""
        self._plan = plan
        self.policies.adopt(plan)

    async def absorb(self, plan: Plan) -> None:
        """The plan says from now on what operators have done here since: it is remembered beside it no longer.

        What it lets in holds for what is announced from now on, as AWS approves prefixes.
        """

        async def change() -> None:
            self.policies.absorb(self._plan, plan)
            self.adopt(plan)
            known = {session.name: session for session in plan.sessions_of(self.name)}
            self._peers.update({name: self._peer(known[name]) for name in self._peers if name in known})
            for session in sorted(self.established):
                if not self._peers[session].session.static:
                    self._announce_again(session)

        await self._work.in_turn(change)

    async def originate(self, prefixes: Sequence[IPNetwork]) -> None:
        """From now on this router announces exactly `prefixes` of its own. Returns when its peers have been told."""

        async def change() -> None:
            self._tell.originates(prefixes)
            await self._apply(self.loc_rib.originate(prefixes))

        await self._work.in_turn(change)

    async def let_out(self, prefixes: Collection[IPNetwork]) -> None:
        """From now on the filters towards AWS let `prefixes` pass, too. Returns when that is so."""
        await self._filter(lambda: self._tell.let_out(self.policies.let_out(prefixes)))

    async def leak(self, prefixes: Collection[IPNetwork], *, stops: bool) -> None:
        """The same while a fault stands; `stops`: as it was before, as far as no other fault stands."""
        await self._filter(lambda: self._tell.let_out(self.policies.leak(prefixes, stops=stops)))

    async def hold_back(self, prefixes: Collection[IPNetwork]) -> None:
        """From now on AWS does not hear of `prefixes` from this router. Returns when it is being told."""
        await self._filter(lambda: self._tell.held_back(self.policies.hold_back(prefixes)))

    async def _filter(self, otherwise: Callable[[], None]) -> None:
        """Its filters become others; what follows from that is announced."""

        async def change() -> None:
            otherwise()
            for session in sorted(self.established):
                if not self._peers[session].session.static:
                    self._announce_again(session)

        await self._work.in_turn(change)

    def leaks(self, prefixes: Iterable[IPNetwork], *, stops: bool) -> frozenset[IPNetwork]:
        """Note that a fault has this router announce `prefixes`, or does so no longer. Gives all that faults leak."""
        found = Counter(self._leaks)
        (found.subtract if stops else found.update)(prefixes)
        self._leaks = +found
        return frozenset(self._leaks)

    def approve(self, session: str, prefixes: Sequence[IPNetwork]) -> tuple[IPNetwork, ...]:
        """Accept `prefixes`, too, on a session when they are announced the next time. Gives all that is accepted."""
        self._tell.approved(session, prefixes)
        return self.policies.approve(self._peers[session].session, prefixes)

    async def share(self, speaker: Speaker) -> None:
        """From now on as many routes that are level are used together as `speaker` says."""

        async def change() -> None:
            await self._apply(self.loc_rib.share(maximum_paths(speaker)))

        await self._work.in_turn(change)

    async def follow_static_routes(self, plan: Plan) -> None:
        """From now on this router has the static routes of `plan`. Raises LabError."""
        assert self._static_routes is not None
        await self._work.in_turn(partial(self._static_routes.follow, plan, self.node, self.loc_rib, self._fib))

    async def follow(self, plan: Plan, session: BgpSession) -> None:
        """From now on a session is configured so. It stays up unless both ends have to agree on it anew.

        Returns when its peer is being told what follows.
        """

        async def change() -> None:
            old, peer = self._peers[session.name], self._peer(session)
            again = self.policies.follow(plan, old.session, peer.session)
            self._plan, self._peers[session.name] = plan, peer
            await self._reconfigure(old, peer)
            if session.name in self.established and session.static:
                await self._relearn(session)
            elif session.name in self.established:
                self._announce_again(session.name)
                if again and self._exabgp is not None:
                    self._exabgp.refresh(session.name)
                exceeded = self._limits.exceeded_now(session.name)
                if exceeded is not None:
                    await self._too_many(session.name, exceeded)

        await self._work.in_turn(change)

    def configured(self, session: str) -> BgpSession:
        """How a session is configured here at this moment."""
        return self._peers[session].session

    def _peer(self, session: BgpSession) -> Peer:
        return Peer.at(self._befallen.get(session.name, NOTHING).of(session), self.name)

    async def befall(self, plan: Plan, session: str, of: Befallen) -> None:
        """From now on a fault makes this of a session. Returns as `follow` does."""
        self._befallen = {**self._befallen, session: of}
        await self.follow(plan, plan.session(session))

    def befallen(self, session: str) -> Befallen:
        """What faults have made of a session."""
        return self._befallen.get(session, NOTHING)

    async def drain(self, session: str, *, drained: bool) -> None:
        """Announce and take nothing on a session that stays up, or do so again. Returns when its peer is being told."""

        async def change() -> None:
            (self.policies.drained.add if drained else self.policies.drained.discard)(session)
            self._tell.retuned(session, drained=drained)
            if session in self.established and self._exabgp is not None:
                self._announce_again(session)
                self._exabgp.refresh(session)

        await self._work.in_turn(change)

    async def retune(self, plan: Plan, session: str, of: Befallen) -> None:
        """As `befall`, and the timeline says how the session is configured."""
        await self.befall(plan, session, of)
        self._tell.retuned(session, drained=session in self.policies.drained)

    async def hold_down(self, session: str, *, down: bool) -> None:
        """Close a session and take no connection of it, or take them again. Returns when that is so."""

        async def change() -> None:
            assert self._exabgp is not None
            if down:
                await self._close(session, "shut_down", "held down here", Cease.ADMINISTRATIVE_SHUTDOWN)
            self._exabgp.shut(session, shut=down)

        await self._work.in_turn(change)

    def freeze(self, *, frozen: bool) -> None:
        """Hear, decide and install nothing from now on, or go on with all that has come in meanwhile."""
        self._work.freeze(frozen=frozen)

    async def add(self, plan: Plan, session: BgpSession) -> None:
        """From now on there is a session more. Returns when the speaker knows it."""

        async def change() -> None:
            self.adopt(plan)
            self._peers[session.name] = peer = self._peer(session)
            if not session.static:
                assert self._exabgp is not None
                self._exabgp.follow(peer)

        await self._work.in_turn(change)

    async def remove(self, session: str) -> None:
        """A session is none any more; its peer is told so. Returns when its routes are gone."""

        async def change() -> None:
            words = "an operator removed it"
            await self._close(session, "removed", words, Cease.PEER_DECONFIGURED)
            if not self._peers[session].session.static:
                assert self._exabgp is not None
                self._exabgp.forget(session)
            del self._peers[session]

        await self._work.in_turn(change)

    async def _relearn(self, session: BgpSession) -> None:
        """The static routes of a VPN are others; nobody announces them."""
        announce = static_announcements(self._plan, session, self.name)
        gone = {*self.loc_rib.learnt(session.name)} - {one.prefix for one in announce}
        await self._learn(Learnt(session.name, announce, tuple(in_order(gone))))

    async def _reconfigure(self, old: Peer, new: Peer) -> None:
        """Have the speaker follow; a session that goes on otherwise ends before."""
        if self._exabgp is None or new.session.static:
            return
        if old.mine.enabled and not new.mine.enabled:
            words = "an operator shut it down"
            await self._close(new.session.name, "shut_down", words, Cease.ADMINISTRATIVE_SHUTDOWN)
        elif old.opens_otherwise(new):
            words = "an operator configured it anew"
            await self._close(new.session.name, "reconfigured", words, Cease.OTHER_CONFIGURATION_CHANGE)
        self._exabgp.follow(new)
