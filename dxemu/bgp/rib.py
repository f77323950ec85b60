"""The tables of one speaker (RFC 4271 section 3.2): what each peer said, what is used, what each peer was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dxemu.bgp.decision import Choice, IgpCost, MaximumPaths, best
from dxemu.bgp.policy import ExportPolicy, ImportPolicy, Refused, export_route, import_route
from dxemu.bgp.route import Announcement, Route, originate
from dxemu.units import IPNetwork

NO_PATH = "no path left"


def in_order(prefixes: Iterable[IPNetwork]) -> list[IPNetwork]:
    """IPv4 before IPv6, each by address and length."""
    return sorted(prefixes, key=lambda p: (p.version, int(p.network_address), p.prefixlen))


@dataclass(frozen=True, slots=True)
class Change:
    """The best route to `prefix` was `old` and is `new` (None: there was or is none); `rule` says why `new`.

    `routes` are all that are used from now on, `new` first: several with multipath. `old` and `new` are the same where
    only the others changed.
    """

    prefix: IPNetwork
    old: Route | None
    new: Route | None
    rule: str
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class Received:
    """What an UPDATE message did: changes of best routes, and what the import policy refused."""

    changes: tuple[Change, ...]
    refused: tuple[Refused, ...]


class AdjRibIn:
    """What one peer has announced and not withdrawn, after the import policy."""

    def __init__(self) -> None:
        self._routes: dict[IPNetwork, Route] = {}

    def learn(self, routes: Iterable[Route]) -> set[IPNetwork]:
        """Put `routes` in; a later one to the same prefix replaces the earlier. Gives the prefixes that changed."""
        changed = set()
        for route in routes:
            if self._routes.get(route.prefix) != route:
                self._routes[route.prefix] = route
                changed.add(route.prefix)
        return changed

    def withdraw(self, prefixes: Iterable[IPNetwork]) -> set[IPNetwork]:
        """Take `prefixes` out; unknown ones do not matter. Gives those that were there."""
        return {prefix for prefix in prefixes if self._routes.pop(prefix, None) is not None}

    def get(self, prefix: IPNetwork) -> Route | None:
        """The peer's route to `prefix`."""
        return self._routes.get(prefix)

    @property
    def prefixes(self) -> tuple[IPNetwork, ...]:
        """What the peer announces, in order."""
        return tuple(in_order(self._routes))


class LocRib:
    """The best routes of one speaker, and each peer's Adj-RIB-In that they are chosen from.

    Every method that changes something gives the changes of best routes, in order of their prefixes. A prefix
    whose best route stays the same has no change, even if the rule is another.
    """

    def __init__(
        self,
        originates: Iterable[IPNetwork] = (),
        igp_cost: IgpCost | None = None,
        maximum_paths: MaximumPaths | None = None,
    ) -> None:
        self._igp_cost = igp_cost
        self._maximum_paths = maximum_paths
        self._adj_ribs_in: dict[str, AdjRibIn] = {}
        self._best: dict[IPNetwork, Choice] = {}
        self.learn("", [originate(prefix) for prefix in originates])

    def originate(self, prefixes: Iterable[IPNetwork]) -> tuple[Change, ...]:
        """From now on this speaker announces exactly `prefixes` of its own."""
        wanted = tuple(prefixes)
        own = self._adj_rib_in("")
        gone = own.withdraw([prefix for prefix in own.prefixes if prefix not in wanted])
        return self._decide(gone | own.learn([originate(prefix) for prefix in wanted]))

    @property
    def best(self) -> Mapping[IPNetwork, Choice]:
        """The chosen route and the rule that chose it, by prefix. A view: do not keep it over a change."""
        return self._best

    def routes(self) -> tuple[Route, ...]:
        """The best routes in order of their prefixes."""
        return tuple(self._best[prefix].route for prefix in in_order(self._best))

    def candidates(self, prefix: IPNetwork) -> tuple[Route, ...]:
        """All routes to `prefix`, one for each session that has one, in order of the sessions' names."""
        found = (self._adj_ribs_in[session].get(prefix) for session in sorted(self._adj_ribs_in))
        return tuple(route for route in found if route is not None)

    def learnt(self, session: str) -> tuple[IPNetwork, ...]:
        """The prefixes that `session` has announced."""
        return self._adj_rib_in(session).prefixes

    def learn(self, session: str, routes: Iterable[Route]) -> tuple[Change, ...]:
        """Routes that came in on `session`, each with that session's name."""
        return self._decide(self._adj_rib_in(session).learn(routes))

    def withdraw(self, session: str, prefixes: Iterable[IPNetwork]) -> tuple[Change, ...]:
        """The peer of `session` takes back `prefixes`."""
        return self._decide(self._adj_rib_in(session).withdraw(prefixes))

    def receive(
        self, announce: Iterable[Announcement], withdraw: Iterable[IPNetwork], policy: ImportPolicy
    ) -> Received:
        """An UPDATE message that came in on the session of `policy`.

        An announcement that the policy refuses takes away what the peer announced before: a new one replaces the
        old one whatever becomes of it (RFC 4271 section 3.1).
        """
        heard = [import_route(announcement, policy) for announcement in announce]
        refused = tuple(item for item in heard if isinstance(item, Refused))
        adj_rib_in = self._adj_rib_in(policy.session)
        gone = adj_rib_in.withdraw((*withdraw, *(item.prefix for item in refused)))
        come = adj_rib_in.learn(item for item in heard if isinstance(item, Route))
        return Received(self._decide(gone | come), refused)

    def purge(self, session: str) -> tuple[Change, ...]:
        """Forget all that `session` announced, because it went down."""
        return self.withdraw(session, self.learnt(session))

    def _adj_rib_in(self, session: str) -> AdjRibIn:
        return self._adj_ribs_in.setdefault(session, AdjRibIn())

    def _decide(self, prefixes: Iterable[IPNetwork]) -> tuple[Change, ...]:
        """Choose anew for each of `prefixes`."""
        changes = []
        for prefix in in_order(prefixes):
            before = self._best.pop(prefix, None)
            choice = best(self.candidates(prefix), self._igp_cost, self._maximum_paths)
            if choice is None:
                if before is not None:
                    changes.append(Change(prefix, before.route, None, NO_PATH))
                continue
            self._best[prefix] = choice
            if before is None or before.routes != choice.routes:
                old = None if before is None else before.route
                changes.append(Change(prefix, old, choice.route, choice.rule, choice.routes))
        return tuple(changes)


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

    def up(self, policy: ExportPolicy, routes: Iterable[Route]) -> Update:
        """The session of `policy` was established: the whole table `routes`, which are the best ones.

        For a session that is up already it gives only what differs from what the peer was told.
        """
        self._policies[policy.session] = policy
        told = self._sent.setdefault(policy.session, {})
        return self._update(policy, {**dict.fromkeys(told), **{route.prefix: route for route in routes}})

    def down(self, session: str) -> None:
        """`session` was lost: the peer has forgotten everything. A session that was not up does not matter."""
        self._policies.pop(session, None)
        self._sent.pop(session, None)

    def after(self, changes: Iterable[Change]) -> tuple[Update, ...]:
        """What to send on the sessions that are up after `changes`, in order of their names; no empty updates."""
        routes = {change.prefix: change.new for change in changes}
        updates = (self._update(self._policies[session], routes) for session in sorted(self._policies))
        return tuple(update for update in updates if update.announce or update.withdraw)

    def sent(self, session: str) -> tuple[Announcement, ...]:
        """What the peer of `session` knows from us, in order of prefixes."""
        sent = self._sent.get(session, {})
        return tuple(sent[prefix] for prefix in in_order(sent))

    def _update(self, policy: ExportPolicy, routes: Mapping[IPNetwork, Route | None]) -> Update:
        """Bring the peer from what it was told of the prefixes in `routes` to what it should know."""
        sent = self._sent[policy.session]
        announce, withdraw = [], []
        for prefix in in_order(routes):
            route = routes[prefix]
            announcement = None if route is None else export_route(route, policy)
            if announcement is None:
                if sent.pop(prefix, None) is not None:
                    withdraw.append(prefix)
            elif sent.get(prefix) != announcement:
                sent[prefix] = announcement
                announce.append(announcement)
        return Update(policy.session, tuple(announce), tuple(withdraw))
