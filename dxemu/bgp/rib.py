"""The tables of one speaker (RFC 4271 section 3.2): what each peer said, what is used, what each peer was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from operator import attrgetter

from dxemu.bgp.decision import Choice, MaximumPaths, choose
from dxemu.bgp.decision_step import IgpCost
from dxemu.bgp.policy import ImportPolicy, Refused, import_route
from dxemu.bgp.route import Announcement, Route, originate
from dxemu.bgp.value import value
from dxemu.units import IPAddress, IPNetwork

NO_PATH = "no path left"


def order(prefix: IPNetwork) -> int:
    """A number by which prefixes are in order: IPv4 before IPv6, each by address and length."""
    number = int(prefix.network_address) << 8 | prefix.prefixlen
    return number if isinstance(prefix, IPv4Network) else number | _IPV6


_IPV6 = 1 << (128 + 8)


def in_order(prefixes: Iterable[IPNetwork]) -> list[IPNetwork]:
    """IPv4 before IPv6, each by address and length."""
    return sorted(prefixes, key=order)


@value(frozen=True, slots=True)
class BestPathChange:
    """The best route to `prefix` was `old`; now it is `new`, which was chosen by `choice`. None: there was or is none.

    `old` and `new` are the same where only the routes that are used beside the best one changed.
    """

    prefix: IPNetwork
    old: Route | None
    choice: Choice | None

    @property
    def new(self) -> Route | None:
        """The best route from now on."""
        return None if self.choice is None else self.choice.route

    @property
    def routes(self) -> tuple[Route, ...]:
        """All that are used from now on, `new` first: several with multipath."""
        return () if self.choice is None else self.choice.routes

    @property
    def next_hops(self) -> list[IPAddress]:
        """What a kernel is to have from now on; nothing for a prefix that the router announces itself."""
        return [route.next_hop for route in self.routes if not route.originated]

    @property
    def rule(self) -> str:
        """Why `new`."""
        return NO_PATH if self.choice is None else self.choice.rule


@dataclass(frozen=True, slots=True)
class Received:
    """What an UPDATE message did: changes of best routes, and what the import policy refused."""

    changes: tuple[BestPathChange, ...]
    refused: tuple[Refused, ...]


class _Row:
    """Everything about one prefix: each session's route to it, and which is chosen.

    To hash a prefix takes a twentieth of a whole route update, so that it is done once, to find the row.
    """

    __slots__ = ("choice", "order", "prefix", "routes")

    def __init__(self, prefix: IPNetwork) -> None:
        self.prefix = prefix
        self.order = order(prefix)
        self.routes: dict[str, Route] = {}
        self.choice: Choice | None = None

    def copy(self) -> _Row:
        """Another one that says the same."""
        other = _Row.__new__(_Row)
        other.prefix, other.order, other.choice = self.prefix, self.order, self.choice
        other.routes = dict(self.routes)
        return other


class _Best(Mapping[IPNetwork, Choice]):
    """What is chosen, by prefix."""

    def __init__(self, rows: Mapping[IPNetwork, _Row]) -> None:
        self._rows = rows

    def __getitem__(self, prefix: IPNetwork) -> Choice:
        choice = self._rows[prefix].choice
        assert choice is not None
        return choice

    def __iter__(self) -> Iterator[IPNetwork]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


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
        self._rows: dict[IPNetwork, _Row] = {}
        self._adj_ribs_in: dict[str, set[_Row]] = {}
        self._shared: set[_Row] = set()
        self.learn("", [originate(prefix) for prefix in originates])

    def copy(self) -> LocRib:
        """Another table with the same routes: what changes in one does not change in the other.

        Both have the same rows, until one of them changes a row.
        """
        other = LocRib((), self._igp_cost, self._maximum_paths)
        other._rows = dict(self._rows)
        other._adj_ribs_in = {name: set(rows) for name, rows in self._adj_ribs_in.items()}
        other._shared = set(self._rows.values())
        self._shared |= other._shared
        return other

    def originate(self, prefixes: Iterable[IPNetwork]) -> tuple[BestPathChange, ...]:
        """From now on this speaker announces exactly `prefixes` of its own."""
        wanted = dict.fromkeys(prefixes)
        gone = self._take_out("", [prefix for prefix in self.learnt("") if prefix not in wanted])
        return self._decide(gone | self._put_in("", [originate(prefix) for prefix in wanted]))

    def share(self, maximum_paths: MaximumPaths | None) -> tuple[BestPathChange, ...]:
        """From now on as many routes are used together."""
        self._maximum_paths = maximum_paths
        return self._decide(tuple(self._rows.values()))

    @property
    def best(self) -> Mapping[IPNetwork, Choice]:
        """The chosen route and what it was chosen from, by prefix. A view: do not keep it over a change."""
        return _Best(self._rows)

    def routes(self) -> tuple[Route, ...]:
        """The best routes in order of their prefixes."""
        return tuple(row.choice.route for row in _in_order(self._rows.values()) if row.choice is not None)

    def candidates(self, prefix: IPNetwork) -> tuple[Route, ...]:
        """All routes to `prefix`, one for each session that has one, in order of the sessions' names."""
        row = self._rows.get(prefix)
        return () if row is None else tuple(row.routes[session] for session in sorted(row.routes))

    def learnt(self, session: str) -> tuple[IPNetwork, ...]:
        """The prefixes that `session` has announced."""
        return tuple(row.prefix for row in _in_order(self._adj_ribs_in.get(session, ())))

    def learn(self, session: str, routes: Iterable[Route]) -> tuple[BestPathChange, ...]:
        """Routes that came in on `session`, each with that session's name."""
        return self._decide(self._put_in(session, routes))

    def withdraw(self, session: str, prefixes: Iterable[IPNetwork]) -> tuple[BestPathChange, ...]:
        """The peer of `session` takes back `prefixes`."""
        return self._decide(self._take_out(session, prefixes))

    def receive(
        self, announce: Iterable[Announcement], withdraw: Iterable[IPNetwork], policy: ImportPolicy
    ) -> Received:
        """An UPDATE message that came in on the session of `policy`.

        An announcement that the policy refuses takes away what the peer announced before: a new one replaces the
        old one whatever becomes of it (RFC 4271 section 3.1).
        """
        heard: list[Route] = []
        refused: list[Refused] = []
        for announcement in announce:
            item = import_route(announcement, policy)
            if isinstance(item, Refused):
                refused.append(item)
            else:
                heard.append(item)
        gone = self._take_out(policy.session, (*withdraw, *(item.prefix for item in refused)))
        return Received(self._decide(gone | self._put_in(policy.session, heard)), tuple(refused))

    def purge(self, session: str) -> tuple[BestPathChange, ...]:
        """Forget all that `session` announced, because it went down."""
        return self.withdraw(session, self.learnt(session))

    def _put_in(self, session: str, routes: Iterable[Route]) -> set[_Row]:
        """A later route to the same prefix replaces the earlier. Gives the rows that changed."""
        rows, adj_rib_in = self._rows, self._adj_ribs_in.setdefault(session, set())
        changed = set()
        for route in routes:
            row = rows.get(route.prefix)
            if row is None:
                row = rows[route.prefix] = _Row(route.prefix)
            if row.routes.get(session) != route:
                row = self._own(row)
                row.routes[session] = route
                adj_rib_in.add(row)
                changed.add(row)
        return changed

    def _take_out(self, session: str, prefixes: Iterable[IPNetwork]) -> set[_Row]:
        """Prefixes that the session has not announced do not matter. Gives the rows that changed."""
        rows, adj_rib_in = self._rows, self._adj_ribs_in.get(session, set())
        changed = set()
        for prefix in prefixes:
            row = rows.get(prefix)
            if row is not None and session in row.routes:
                row = self._own(row)
                del row.routes[session]
                adj_rib_in.discard(row)
                changed.add(row)
        return changed

    def _own(self, row: _Row) -> _Row:
        """`row`, or one in its place that no other table has too."""
        if row not in self._shared:
            return row
        self._shared.discard(row)
        own = self._rows[row.prefix] = row.copy()
        for session in row.routes:
            self._adj_ribs_in[session].discard(row)
            self._adj_ribs_in[session].add(own)
        return own

    def _decide(self, rows: Iterable[_Row]) -> tuple[BestPathChange, ...]:
        """Choose anew in each of `rows`."""
        changes = []
        for row in _in_order(rows):
            before = row.choice
            if row.routes:
                choice = row.choice = choose(tuple(row.routes.values()), self._igp_cost, self._maximum_paths)
                if before is None or before.routes != choice.routes:
                    changes.append(BestPathChange(row.prefix, None if before is None else before.route, choice))
            else:
                del self._rows[row.prefix]
                if before is not None:
                    changes.append(BestPathChange(row.prefix, before.route, None))
        return tuple(changes)


def _in_order(rows: Iterable[_Row]) -> list[_Row]:
    return sorted(rows, key=attrgetter("order"))
