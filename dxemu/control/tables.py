"""The routers' kernel tables, computed for what the routers believe. A table is made when it is first asked for.

What a belief does not change is shared: a table whose routes come from the same speakers' tables as while nothing is
broken is the same object.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property

from dxemu.bgp.rib import LocRib
from dxemu.control.barred import barred
from dxemu.control.converge import End, Phase, Settled, gateway_rib, tables_of
from dxemu.control.route_tables import not_installed
from dxemu.control.wires import Wires
from dxemu.plan.model import Gateway, Plan, Speaker, StaticRoute
from dxemu.units import IPAddress, IPNetwork

CONNECTED = "connected"
THROWN = "thrown"

TableKey = tuple[str, int]
"""A node and the number of its kernel table."""


@dataclass(frozen=True, slots=True)
class Believed:
    """What the routers have noticed so far.

    `down_ends` are ends that have given up their session; `lost` are (gateway, speaker) that the gateway takes for
    gone; `dark` are (router, port) without light, whose static routes are out; `masters_gone` are (virtual router ID,
    router) that the others take for dead; `out` are (node, cable) of members that the bond at that node does not send
    by any more. `silent` are sessions that carry nothing, so that no update crosses them, whoever has given them up;
    `before` are those that were silent at earlier times, each with the ends that had given up theirs by then.
    """

    down_ends: frozenset[End] = frozenset()
    lost: frozenset[tuple[str, str]] = frozenset()
    dark: frozenset[tuple[str, str]] = frozenset()
    masters_gone: frozenset[tuple[int, str]] = frozenset()
    out: frozenset[tuple[str, str]] = frozenset()
    silent: frozenset[str] = frozenset()
    before: tuple[Phase, ...] = ()

    def struck(self, silent: frozenset[str]) -> Believed:
        """The same in the moment in which these sessions fall silent, or stay so."""
        if silent == self.silent or not self.down_ends:
            return replace(self, silent=silent)
        return replace(self, silent=silent, before=(*self.before, (self.silent, self.down_ends)))


NOTHING = Believed()
"""Nothing is broken."""


@dataclass(frozen=True, slots=True)
class NextHop:
    """Where a route leads: next hop (None: connected), interface (None: nowhere) and session, `connected` or "".

    `thrown` instead of a session: the next table is asked.
    """

    via: IPAddress | None
    interface: str | None
    session: str


Hops = tuple[NextHop, ...]
"""Several hops share the flows."""

THROWN_HOPS: Hops = (NextHop(None, None, THROWN),)


class Table:
    """Routes by prefix. Not to be changed once it has been asked for an address."""

    def __init__(self) -> None:
        self.routes: dict[IPNetwork, Hops] = {}
        self._found: dict[IPAddress, Hops] = {}

    @cached_property
    def _by_length(self) -> dict[int, list[tuple[int, dict[int, Hops]]]]:
        """By IP version, the longest prefixes first: how many bits do not count, and the routes by those that do."""
        found: dict[tuple[int, int], dict[int, Hops]] = {}
        for prefix, hops in self.routes.items():
            rest = prefix.max_prefixlen - prefix.prefixlen
            found.setdefault((prefix.version, rest), {})[int(prefix.network_address) >> rest] = hops
        return {
            version: sorted(((rest, of) for (v, rest), of in found.items() if v == version), key=lambda one: one[0])
            for version in (4, 6)
        }

    def longest(self, address: IPAddress) -> Hops:
        """The route with the longest prefix that covers `address`; nothing if there is none."""
        if address not in self._found:
            number = int(address)
            routes = (of.get(number >> rest) for rest, of in self._by_length[address.version])
            self._found[address] = next((hops for hops in routes if hops is not None), ())
        return self._found[address]


class TableLayout:
    """What is in a plan's tables whatever anybody believes, and where the rest comes from."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.wires = Wires(plan)
        self.settled = Settled(plan)
        self.filtered = {(filtered.node, filtered.interface) for filtered in plan.source_filters}
        self.barred = barred(plan)
        self.rules = {(rule.node, rule.incoming): rule.table for rule in plan.rules}
        self.connected: defaultdict[TableKey, dict[IPNetwork, Hops]] = defaultdict(dict)
        for held in plan.addresses:
            table = plan.table_of(held.node, held.interface)
            self.connected[held.node, table][held.address.network] = (NextHop(None, held.interface, CONNECTED),)
        self.fixed: defaultdict[TableKey, list[tuple[StaticRoute, str | None]]] = defaultdict(list)
        for route in plan.static_routes:
            interface = None if route.via is None else self.wires.interface_towards(route.via, route.node)
            self.fixed[route.node, route.table].append((route, interface))
        self.speakers: defaultdict[TableKey, list[Speaker]] = defaultdict(list)
        for speaker in plan.speakers:
            self.speakers[speaker.node, speaker.table].append(speaker)
        self.gateways: defaultdict[TableKey, list[Gateway]] = defaultdict(list)
        for gateway in plan.gateways:
            for number in tables_of(gateway):
                self.gateways[gateway.node, number].append(gateway)

    @cached_property
    def fed(self) -> Mapping[str, frozenset[TableKey]]:
        """By speaker the tables that have routes of it."""
        found: defaultdict[str, set[TableKey]] = defaultdict(set)
        for key, speakers in self.speakers.items():
            for speaker in speakers:
                found[speaker.name].add(key)
        for key, gateways in self.gateways.items():
            for attachment in (attachment for gateway in gateways for attachment in gateway.attachments):
                found[attachment.speaker].add(key)
        return {name: frozenset(keys) for name, keys in found.items()}

    @cached_property
    def tables_at(self) -> Mapping[str, frozenset[TableKey]]:
        """By node the tables that have any route."""
        found: defaultdict[str, set[TableKey]] = defaultdict(set)
        for key in (*self.connected, *self.fixed, *self.speakers, *self.gateways):
            found[key[0]].add(key)
        return {node: frozenset(keys) for node, keys in found.items()}

    @cached_property
    def unbroken(self) -> RoutingTables:
        """The tables while nothing is broken."""
        return RoutingTables(self, NOTHING)


class RoutingTables:
    """All tables of a plan for what the routers believe."""

    def __init__(self, layout: TableLayout, believed: Believed) -> None:
        self.layout = layout
        self.believed = believed
        self.ribs: Mapping[str, LocRib] = layout.settled.without(believed.down_ends, believed.silent, believed.before)
        self.masters = _masters(layout.plan, believed)
        self.same_masters = not believed.masters_gone or self.masters == layout.unbroken.masters
        self._tables: dict[TableKey, Table] = {}

    def table(self, node: str, number: int) -> Table:
        """One of them."""
        key = node, number
        found = self._tables.get(key)
        if found is None:
            own = key in self.changed or self.believed == NOTHING
            found = self._tables[key] = self._filled(key) if own else self.layout.unbroken.table(node, number)
        return found

    @cached_property
    def changed(self) -> AbstractSet[TableKey]:
        """Those that may be other ones than while nothing is broken; all others are the same objects."""
        layout, before = self.layout, self.layout.settled.ribs
        found: set[TableKey] = set()
        for node, _ in (*self.believed.dark, *self.believed.lost):
            found |= layout.tables_at.get(node, frozenset())
        if self.ribs is not before:
            for name, rib in self.ribs.items():
                if rib is not before[name]:
                    found |= layout.fed.get(name, frozenset())
        return found

    def _filled(self, key: TableKey) -> Table:
        layout, (node, number) = self.layout, key
        filled = Table()
        routes = filled.routes
        routes |= layout.connected.get(key, {})
        for route, interface in layout.fixed.get(key, ()):
            if interface is None or (node, interface) not in self.believed.dark:
                routes[route.destination] = THROWN_HOPS if route.throw else (NextHop(route.via, interface, ""),)
        for speaker in layout.speakers.get(key, ()):
            decided = {fixed.destination for fixed in layout.plan.own_static_routes(node)}
            self._install(node, routes, self.ribs[speaker.name], decided & set(routes))
        for gateway in layout.gateways.get(key, ()):
            lost = {speaker for at, speaker in self.believed.lost if at == gateway.node}
            rib = gateway_rib(layout.plan, gateway, self.ribs, number, lost)
            beyond = not_installed(gateway, number, rib)
            if number == gateway.vpc_table:
                routes |= {prefix: THROWN_HOPS for prefix in rib.best if prefix not in beyond}
            else:
                self._install(node, routes, rib, beyond)
        return filled

    def _install(self, node: str, routes: dict[IPNetwork, Hops], rib: LocRib, kept: AbstractSet[IPNetwork]) -> None:
        towards = self.layout.wires.interface_towards
        for prefix, choice in rib.best.items():
            if not choice.route.originated and prefix not in kept:
                routes[prefix] = tuple(
                    NextHop(route.next_hop, towards(route.next_hop, node), route.session) for route in choice.routes
                )


def _masters(plan: Plan, believed: Believed) -> dict[IPAddress, str]:
    """Who has each shared address."""
    masters = {}
    for group in plan.vrrp:
        alive = [r for r, _ in group.priorities if (group.virtual_router_id, r) not in believed.masters_gone]
        masters[group.address.ip] = (alive or [group.priorities[0][0]])[0]
    return masters
