"""Where packets go: the routers' kernel tables, computed, and a packet's way through them hop by hop.

It follows the same rules as the kernels do: rules by incoming interface, VRF, main table; longest prefix first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Announcement
from dxemu.control.converge import End, announcements, converge_ends, gateway_rib, tables_of
from dxemu.control.route_tables import not_installed
from dxemu.control.source import after_nat
from dxemu.control.wires import Crossing, Wires
from dxemu.plan.model import MAIN_TABLE, Address, Plan, Side
from dxemu.units import IPAddress, IPNetwork

MAX_HOPS = 32
MOST_WAYS = 64
"""Ways of one flow that are followed where routes share the flows: two gateways of 8 next hops each."""
CONNECTED = "connected"
THROWN = "thrown"


@dataclass(frozen=True, slots=True)
class Believed:
    """What the routers have noticed so far.

    `down_ends` are ends that have given up their session; `lost` are (gateway, speaker) that the gateway takes for
    gone; `dark` are (router, port) without light, whose static routes are out; `masters_gone` are (virtual router ID,
    router) that the others take for dead; `out` are (node, cable) of members that the bond at that node does not send
    by any more.
    """

    down_ends: frozenset[End] = frozenset()
    lost: frozenset[tuple[str, str]] = frozenset()
    dark: frozenset[tuple[str, str]] = frozenset()
    masters_gone: frozenset[tuple[int, str]] = frozenset()
    out: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """A packet's way. `crossings[i]` leads from `nodes[i]` to `nodes[i + 1]`; `sessions` are those it was routed by.

    `arrives` is whether the tables lead to the destination, whatever the cables do. A tunnel is one crossing; the
    cables under it are in `ways`. `incoming[i]` is the interface by which the packet came into `nodes[i]`.
    `dropped` says why the last node drops it although it has a route.
    """

    nodes: tuple[str, ...]
    crossings: tuple[Crossing, ...]
    sessions: tuple[str, ...]
    arrives: bool
    incoming: tuple[str | None, ...] = ()
    dropped: str = ""

    def cables(self) -> frozenset[str]:
        """Every cable on the way, all members of LAGs."""
        return frozenset(cable for crossing in self.crossings for way in crossing.ways for cable in way)


def shared_until(way: Way, other: Way) -> int:
    """Index of the last node until which both ways are the same: there the traffic changes over."""
    last = 0
    for index, (mine, theirs) in enumerate(zip(way.crossings, other.crossings, strict=False)):
        if mine != theirs:
            break
        last = index + 1
    return last


@dataclass(frozen=True, slots=True)
class Hop:
    """Where a route leads: next hop (None: connected), interface (None: nowhere) and session, `connected` or "".

    `thrown` instead of a session: the next table is asked.
    """

    via: IPAddress | None
    interface: str | None
    session: str


_THROWN = (Hop(None, None, THROWN),)


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that covers an address: in which kernel table, and where it leads. Several hops share the flows."""

    table: int
    prefix: IPNetwork
    hops: tuple[Hop, ...]

    @property
    def interface(self) -> str | None:
        """The first hop's interface; None: nothing is to go there."""
        return self.hops[0].interface

    @property
    def via(self) -> IPAddress | None:
        """The first hop's next hop; None: connected."""
        return self.hops[0].via

    @property
    def session(self) -> str:
        """The first hop's session, `connected` or ""."""
        return self.hops[0].session


_Table = dict[IPNetwork, tuple[Hop, ...]]
"""Several hops share the flows."""


@dataclass
class Forwarding:
    """All tables of a plan for what the routers believe."""

    plan: Plan
    wires: Wires
    believed: Believed = field(default_factory=Believed)
    before: Mapping[End, tuple[Announcement, ...]] = field(default_factory=dict)
    ribs: Mapping[str, LocRib] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ribs = converge_ends(self.plan, self.believed.down_ends, self.before)
        self._tables: defaultdict[tuple[str, int], _Table] = defaultdict(dict)
        self._vrf = {(vrf.node, name): vrf.table for vrf in self.plan.vrfs for name in vrf.interfaces}
        self._filtered = {(filtered.node, filtered.interface) for filtered in self.plan.source_filters}
        self._rules = {(rule.node, rule.incoming): rule.table for rule in self.plan.rules}
        self._masters = self._virtual_addresses()
        self._fill()

    def _virtual_addresses(self) -> dict[IPAddress, str]:
        masters = {}
        for group in self.plan.vrrp:
            alive = [r for r, _ in group.priorities if (group.virtual_router_id, r) not in self.believed.masters_gone]
            masters[group.address.ip] = (alive or [group.priorities[0][0]])[0]
        return masters

    def _fill(self) -> None:
        for held in self.plan.addresses:
            table = self._vrf.get((held.node, held.interface), MAIN_TABLE)
            self._tables[held.node, table][held.address.network] = (Hop(None, held.interface, CONNECTED),)
        for fixed in self.plan.static_routes:
            interface = None if fixed.via is None else self.wires.interface_towards(fixed.via, fixed.node)
            if interface is not None and (fixed.node, interface) in self.believed.dark:
                continue
            there = _THROWN if fixed.throw else (Hop(fixed.via, interface, ""),)
            self._tables[fixed.node, fixed.table][fixed.destination] = there
        for speaker in self.plan.speakers:
            decided = {r.destination for r in self.plan.own_static_routes(speaker.node)}
            kept = decided & set(self._tables[speaker.node, speaker.table])
            self._install(speaker.node, speaker.table, self.ribs[speaker.name], kept)
        for gateway in self.plan.gateways:
            lost = {speaker for node, speaker in self.believed.lost if node == gateway.node}
            for table in tables_of(gateway):
                rib = gateway_rib(self.plan, gateway, self.ribs, table, lost)
                beyond = not_installed(gateway, table, rib)
                if table == gateway.vpc_table:
                    self._tables[gateway.node, table] |= {p: _THROWN for p in rib.best if p not in beyond}
                else:
                    self._install(gateway.node, table, rib, beyond)

    def _install(self, node: str, table: int, rib: LocRib, kept: AbstractSet[IPNetwork] = frozenset()) -> None:
        for prefix, choice in rib.best.items():
            if not choice.route.originated and prefix not in kept:
                self._tables[node, table][prefix] = tuple(
                    Hop(route.next_hop, self.wires.interface_towards(route.next_hop, node), route.session)
                    for route in choice.routes
                )

    def lookup(self, node: str, incoming: str | None, address: IPAddress) -> tuple[Hop, ...]:
        """Where a packet goes, one of several by its flow; nothing: it is dropped."""
        for table in self.asked(node, incoming):
            hops = _longest(self._tables[node, table], address)
            if hops and hops != _THROWN:
                return tuple(hop for hop in hops if hop.interface is not None)
        return ()

    def matches(self, node: str, incoming: str | None, address: IPAddress) -> tuple[Match, ...]:
        """Every entry that covers `address`, in the order in which they count: the first one decides."""
        return tuple(
            match
            for table in self.asked(node, incoming)
            if (covering := self.covering(node, table, address)) and covering[0].hops != _THROWN
            for match in covering
        )

    def covering(self, node: str, table: int, address: IPAddress) -> tuple[Match, ...]:
        """The entries of one table that cover `address`, the longest prefix first."""
        return tuple(
            Match(table, prefix, hops)
            for prefix, hops in sorted(self._tables[node, table].items(), key=lambda item: -item[0].prefixlen)
            if prefix.version == address.version and address in prefix
        )

    def asked(self, node: str, incoming: str | None) -> list[int]:
        """The kernel tables that are asked for a packet, in order, until one has an entry."""
        tables = []
        if incoming is not None:
            if (node, incoming) in self._rules:
                tables.append(self._rules[node, incoming])
            if (node, incoming) in self._vrf:
                tables.append(self._vrf[node, incoming])
        tables.append(MAIN_TABLE)
        if (node, None) in self._rules:
            tables.append(self._rules[node, None])
        return list(dict.fromkeys(tables))

    def way(self, source: str, destination: IPAddress, own: IPAddress | None = None) -> Way:
        """The way of a packet from node `source` to `destination`; where routes share the flows, the first of them."""
        return self.ways(source, destination, own, most=1)[0]

    def ways(
        self, source: str, destination: IPAddress, own: IPAddress | None = None, most: int = MOST_WAYS
    ) -> tuple[Way, ...]:
        """All ways that packets from `source` to `destination`, sent from address `own`, take by their flow.

        At most `most`. `own` None: the only address of `source`. Of a node with several it is not known, and no source
        filter minds.
        """
        if own is None:
            held = [h.address.ip for h in self.plan.addresses if _is_of(h, source, destination.version)]
            own = held[0] if len(held) == 1 else None
        found: list[Way] = []
        under_way = [(Way((source,), (), (), arrives=False, incoming=(None,)), own)]
        while under_way and len(found) < most:
            way, sender = under_way.pop()
            if self.wires.holds(way.nodes[-1], destination):
                found.append(replace(way, arrives=True))
                continue
            further = [] if len(way.nodes) > MAX_HOPS else self._further(way, destination, sender)
            under_way += reversed([(onward, source) for onward, source in further if not onward.dropped])
            found += [onward for onward, _ in further if onward.dropped]
            if not further:
                found.append(way)
        return tuple(found[:most])

    def _further(
        self, way: Way, destination: IPAddress, sender: IPAddress | None
    ) -> list[tuple[Way, IPAddress | None]]:
        """One hop on, by each route that shares the flows, and the packet's source then."""
        found = []
        here = way.nodes[-1]
        for hop in self.lookup(here, way.incoming[-1], destination):
            assert hop.interface is not None
            step = self._step(here, hop.interface, hop.via if hop.via is not None else destination)
            if step is not None:
                crossing, to, incoming = step
                source = None if sender is None else after_nat(self.plan, here, hop.interface, sender)
                onward = Way(
                    (*way.nodes, to),
                    (*way.crossings, crossing),
                    way.sessions if hop.session in ("", CONNECTED) else (*way.sessions, hop.session),
                    arrives=False,
                    incoming=(*way.incoming, incoming),
                    dropped=self._why_dropped(to, incoming, source),
                )
                found.append((onward, source))
        return found

    def _why_dropped(self, node: str, incoming: str | None, source: IPAddress | None) -> str:
        """Why a source filter lets a packet not in: its source does not lead back out of the same interface."""
        if source is None or incoming is None or (node, incoming) not in self._filtered:
            return ""
        back = _longest(self._tables[node, self._vrf.get((node, incoming), MAIN_TABLE)], source)
        if any(hop.interface == incoming for hop in back):
            return ""
        return f"its source {source} is in no prefix that is announced there (source address filter)"

    def _step(self, node: str, interface: str, next_hop: IPAddress) -> tuple[Crossing, str, str | None] | None:
        tunnel = self.wires.tunnel_far_end(node, interface)
        if tunnel is not None:
            return self._through_tunnel(node, tunnel)
        to = self.wires.node_of(next_hop, self._masters)
        if to is None:
            return None
        crossing = self.wires.crossing(node, interface, to)
        if crossing is None:
            return None
        return crossing, to, self._incoming(to, next_hop)

    def _incoming(self, node: str, own_address: IPAddress) -> str | None:
        """The interface by which a packet to next hop `own_address` comes into `node`."""
        for holder, interface in self.wires.holders.get(own_address, ()):
            if holder == node:
                return interface
        group = self.wires.virtual.get(own_address)
        return dict(group.interfaces).get(node) if group is not None else None

    def _through_tunnel(self, node: str, tunnel: tuple[str, str, str]) -> tuple[Crossing, str, str | None] | None:
        """The tunnel's own packets take the way to its other outside address."""
        name, far, far_interface = tunnel
        ends = next(t.ends for t in self.plan.tunnels if t.name == name)
        outside = {end.node: end.outside for end in ends}
        under = self.way(node, outside[far], outside[node])
        if not under.arrives:
            return None
        cables = tuple(cable for crossing in under.crossings for cable in crossing.ways[0])
        return Crossing((cables,), under.nodes[1:-1]), far, far_interface


def _longest(table: _Table, address: IPAddress) -> tuple[Hop, ...]:
    matching = [prefix for prefix in table if prefix.version == address.version and address in prefix]
    return table[max(matching, key=lambda prefix: prefix.prefixlen)] if matching else ()


def _is_of(held: Address, node: str, version: int) -> bool:
    return held.node == node and held.address.version == version


def forwarding(plan: Plan, down_sessions: AbstractSet[str] = frozenset()) -> Forwarding:
    """The tables of `plan` when everybody knows that `down_sessions` are down."""
    down = frozenset((s.name, end.speaker) for s in plan.sessions if s.name in down_sessions for end in s.ends)
    return Forwarding(plan, Wires(plan), Believed(down_ends=down))


def baseline(plan: Plan) -> Mapping[End, tuple[Announcement, ...]]:
    """What everybody announces while nothing is broken."""
    return announcements(plan)


def direction_of(plan: Plan, source: str) -> str:
    """`to_aws` for packets that a node on the customer's side sends, else `from_aws`."""
    return "to_aws" if plan.node(source).side is Side.CUSTOMER else "from_aws"
