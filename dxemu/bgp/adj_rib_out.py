"""What a speaker has announced to each peer: the Adj-RIBs-Out (RFC 4271 section 3.2), and what has to be sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dxemu.bgp.policy import ExportPolicy, Withheld, export_route
from dxemu.bgp.rib import BestPathChange, in_order
from dxemu.bgp.route import Announcement, Route
from dxemu.units import IPNetwork


@dataclass(frozen=True, slots=True)
class Update:
    """What to send on `session`: new or changed announcements, and prefixes to withdraw."""

    session: str
    announce: tuple[Announcement, ...]
    withdraw: tuple[IPNetwork, ...]


class AdjRibOut:
    """What each peer of one speaker has been told, so that it is told every change once and nothing twice."""

    def __init__(self) -> None:
        self._policies: dict[str, ExportPolicy] = {}
        self._sent: dict[str, dict[IPNetwork, Announcement]] = {}

    def copy(self) -> AdjRibOut:
        """Another one that says the same: what changes in one does not change in the other."""
        other = AdjRibOut()
        other._policies = dict(self._policies)
        other._sent = {session: dict(sent) for session, sent in self._sent.items()}
        return other

    def up(self, policy: ExportPolicy, routes: Iterable[Route]) -> Update:
        """The session of `policy` was established: the whole table `routes`, which are the best ones.

        For a session that is up already it gives only what differs from what the peer was told.
        """
        self._policies[policy.session] = policy
        told = self._sent.setdefault(policy.session, {})
        now: dict[IPNetwork, Route | None] = {**dict.fromkeys(told), **{route.prefix: route for route in routes}}
        return self._update(policy, [(prefix, now[prefix]) for prefix in in_order(now)])

    def down(self, session: str) -> None:
        """`session` was lost: the peer has forgotten everything. A session that was not up does not matter."""
        self._policies.pop(session, None)
        self._sent.pop(session, None)

    def after(self, changes: Iterable[BestPathChange]) -> tuple[Update, ...]:
        """What to send on the sessions that are up after `changes`, in order of their names; no empty updates."""
        routes = {change.prefix: change.new for change in changes}
        ordered = [(prefix, routes[prefix]) for prefix in in_order(routes)]
        updates = [self._update(self._policies[session], ordered) for session in sorted(self._policies)]
        return tuple(update for update in updates if update.announce or update.withdraw)

    def sent(self, session: str) -> tuple[Announcement, ...]:
        """What the peer of `session` knows from us, in order of prefixes."""
        sent = self._sent.get(session, {})
        return tuple(sent[prefix] for prefix in in_order(sent))

    def _update(self, policy: ExportPolicy, routes: Iterable[tuple[IPNetwork, Route | None]]) -> Update:
        """Bring the peer from what it was told of the prefixes in `routes` to what it should know."""
        sent = self._sent[policy.session]
        announce, withdraw = [], []
        for prefix, route in routes:
            announcement = None if route is None else export_route(route, policy)
            if announcement is None or isinstance(announcement, Withheld):
                if sent.pop(prefix, None) is not None:
                    withdraw.append(prefix)
            elif sent.get(prefix) != announcement:
                sent[prefix] = announcement
                announce.append(announcement)
        return Update(policy.session, tuple(announce), tuple(withdraw))
