"""What one router tells the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dxemu.bgp.notification import Notification
from dxemu.bgp.rib import BestPathChange
from dxemu.daemons.exabgp_config import Peer
from dxemu.daemons.exabgp_events import SessionRefused
from dxemu.events.routes import (
    BestChosen,
    PrefixesApproved,
    PrefixesHeldBack,
    PrefixesLetOut,
    PrefixesOriginated,
    RouteRefused,
    RoutesWithdrawn,
)
from dxemu.events.sessions import BfdChanged, BgpChanged, BgpRefused, PrefixLimitExceeded, SessionRetuned
from dxemu.lab.journal import Journal
from dxemu.lab.prefix_limits import Exceeded
from dxemu.plan.model import Speaker
from dxemu.units import IPNetwork


class RouterJournal:
    """The journal, for a router's own events: each names its node, and of a session the peer."""

    def __init__(self, speaker: Speaker, peers: Mapping[str, Peer], journal: Journal) -> None:
        self._node = speaker.node
        self._speaker = speaker.name
        self._peers = peers
        self._journal = journal
        self._told: dict[str, set[tuple[Notification, bool]]] = {}

    def bfd(self, session: str, *, up: bool, reason: str) -> None:
        """BFD of a session changed."""
        state = "up" if up else "down"
        self._journal.tell(BfdChanged(node=self._node, session=session, state=state, reason=reason))

    def bgp(self, session: str, state: str, reason: str = "", detail: str = "") -> None:
        """A session came up or went down."""
        if state == "up":
            self._told.pop(session, None)
        peer = self._peers[session].other.node
        self._journal.tell(
            BgpChanged(node=self._node, session=session, peer=peer, state=state, reason=reason, detail=detail)
        )

    def session_refused(self, refused: SessionRefused) -> None:
        """The peers try again and again: each reason is told once until the session comes up."""
        told = self._told.setdefault(refused.session, set())
        reason = (refused.notification, refused.sent)
        if reason in told:
            return
        told.add(reason)
        self._journal.tell(
            BgpRefused(
                node=self._node,
                session=refused.session,
                peer=self._peers[refused.session].other.node,
                code=refused.notification.code,
                subcode=refused.notification.subcode,
                sent=refused.sent,
                detail=str(refused.notification),
            )
        )

    def prefix_limit(self, session: str, exceeded: Exceeded) -> None:
        """The peer announces more prefixes than AWS's end takes."""
        count, limit, reason = exceeded.count, exceeded.limit, exceeded.reason
        self._journal.tell(
            PrefixLimitExceeded(node=self._node, session=session, count=count, limit=limit, reason=reason)
        )

    def originates(self, prefixes: Iterable[IPNetwork]) -> None:
        """It announces exactly these of its own from now on."""
        self._journal.tell(PrefixesOriginated(node=self._node, speaker=self._speaker, prefixes=_named(prefixes)))

    def let_out(self, prefixes: Iterable[IPNetwork]) -> None:
        """Its filters towards AWS let these pass, too, from now on."""
        self._journal.tell(PrefixesLetOut(node=self._node, speaker=self._speaker, prefixes=_named(prefixes)))

    def retuned(self, session: str, *, drained: bool) -> None:
        """This end announces otherwise than before, because of a fault."""
        mine = self._peers[session].mine
        told = SessionRetuned(
            node=self._node, session=session, drained=drained, prepend=mine.export_prepend, med=mine.export_med
        )
        self._journal.tell(told)

    def held_back(self, prefixes: Iterable[IPNetwork]) -> None:
        """AWS no longer hears of these from it."""
        self._journal.tell(PrefixesHeldBack(node=self._node, speaker=self._speaker, prefixes=_named(prefixes)))

    def approved(self, session: str, prefixes: Iterable[IPNetwork]) -> None:
        """These are accepted, too, when they are announced the next time."""
        self._journal.tell(PrefixesApproved(node=self._node, session=session, prefixes=_named(prefixes)))

    def refused(self, session: str, prefix: IPNetwork, reason: str) -> None:
        """An announcement is not let in."""
        self._journal.tell(RouteRefused(node=self._node, session=session, prefix=str(prefix), reason=reason))

    def withdrawn(self, session: str, prefixes: Iterable[IPNetwork]) -> None:
        """Routes of a lost session, or taken back by the peer, have left the table."""
        self._journal.tell(RoutesWithdrawn(node=self._node, session=session, prefixes=_named(prefixes)))

    def best(self, changes: Sequence[BestPathChange]) -> None:
        """Best routes changed; several sessions where their routes share the flows."""
        self._journal.tell_each(map(self._best, changes))

    def _best(self, change: BestPathChange) -> BestChosen:
        new, several = change.new, len(change.routes) > 1
        peer = self._peers[new.session] if new is not None and not new.originated else None
        return BestChosen(
            node=self._node,
            speaker=self._speaker,
            prefix=str(change.prefix),
            session=new.session if new else None,
            rule=change.rule,
            shared=tuple(route.session for route in change.routes) if several else None,
            peer=None if peer is None else peer.other.node,
            internal=None if peer is None else not peer.session.external,
        )


def _named(prefixes: Iterable[IPNetwork]) -> tuple[str, ...]:
    return tuple(map(str, prefixes))
