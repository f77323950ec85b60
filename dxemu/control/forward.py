"""Where packets go: a packet's way through the routers' tables, hop by hop.

It follows the same rules as the kernels do: rules by incoming interface, VRF, main table; longest prefix first.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from dxemu.bgp.rib import LocRib
from dxemu.control.barred import WHY as WHY_BARRED
from dxemu.control.forwarding_path import ForwardingPath, shared_until
from dxemu.control.source import after_nat
from dxemu.control.tables import (
    CONNECTED,
    NOTHING,
    THROWN,
    THROWN_HOPS,
    Believed,
    Hops,
    NextHop,
    RoutingTables,
    TableKey,
    TableLayout,
)
from dxemu.control.wires import Crossing, esp_of
from dxemu.plan.model import MAIN_TABLE, Plan
from dxemu.units import IPAddress, IPNetwork

__all__ = [
    "CONNECTED",
    "THROWN",
    "Believed",
    "Forwarding",
    "ForwardingPath",
    "Match",
    "NextHop",
    "TableLayout",
    "forwarding",
    "shared_until",
]

MAX_HOPS = 32
MOST_WAYS = 64
"""Ways of one flow that are followed where routes share the flows: two gateways of 8 next hops each."""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that covers an address: in which kernel table, and where it leads. Several hops share the flows."""

    table: int
    prefix: IPNetwork
    hops: tuple[NextHop, ...]

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


Answer = tuple[TableKey, IPAddress, Hops]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which `tables` were asked, each for which address, and what they said."""

    tables: frozenset[TableKey]
    answers: tuple[Answer, ...]


class Forwarding:
    """Packets' ways by what the routers believe."""

    def __init__(self, layout: TableLayout, believed: Believed | None = None) -> None:
        self.plan = layout.plan
        self.wires = layout.wires
        self.believed = believed or NOTHING
        self.tables = layout.unbroken if self.believed == NOTHING else RoutingTables(layout, self.believed)
        self._layout = layout
        self._asked: list[Answer] | None = None

    @property
    def ribs(self) -> Mapping[str, LocRib]:
        """The table of each speaker."""
        return self.tables.ribs

    def _longest(self, node: str, table: int, address: IPAddress) -> Hops:
        hops = self.tables.table(node, table).longest(address)
        if self._asked is not None:
            self._asked.append(((node, table), address, hops))
        return hops

    def lookup(self, node: str, incoming: str | None, address: IPAddress) -> tuple[NextHop, ...]:
        """Where a packet goes, one of several by its flow; nothing: it is dropped."""
        for table in self.asked(node, incoming):
            hops = self._longest(node, table, address)
            if hops and hops != THROWN_HOPS:
                return tuple(hop for hop in hops if hop.interface is not None)
        return ()

    def matches(self, node: str, incoming: str | None, address: IPAddress) -> tuple[Match, ...]:
        """Every entry that covers `address`, in the order in which they count: the first one decides."""
        return tuple(
            match
            for table in self.asked(node, incoming)
            if (covering := self.covering(node, table, address)) and covering[0].hops != THROWN_HOPS
            for match in covering
        )

    def covering(self, node: str, table: int, address: IPAddress) -> tuple[Match, ...]:
        """The entries of one table that cover `address`, the longest prefix first."""
        routes = self.tables.table(node, table).routes
        return tuple(
            Match(table, prefix, hops)
            for prefix, hops in sorted(routes.items(), key=lambda item: -item[0].prefixlen)
            if prefix.version == address.version and address in prefix
        )

    def asked(self, node: str, incoming: str | None) -> list[int]:
        """The kernel tables that are asked for a packet, in order, until one has an entry."""
        tables = []
        if incoming is not None:
            if (node, incoming) in self._layout.rules:
                tables.append(self._layout.rules[node, incoming])
            tables.append(self.plan.table_of(node, incoming))
        tables.append(MAIN_TABLE)
        if (node, None) in self._layout.rules:
            tables.append(self._layout.rules[node, None])
        return list(dict.fromkeys(tables))

    def way(self, source: str, destination: IPAddress, own: IPAddress | None = None) -> ForwardingPath:
        """The way of a packet from node `source` to `destination`; where routes share the flows, the first of them."""
        return self.ways(source, destination, own, most=1)[0]

    def ways(
        self, source: str, destination: IPAddress, own: IPAddress | None = None, most: int = MOST_WAYS
    ) -> tuple[ForwardingPath, ...]:
        """All ways that packets from `source` to `destination`, sent from address `own`, take by their flow.

        At most `most`. `own` None: the only address of `source`. Of a node with several it is not known, and no source
        filter minds.
        """
        if own is None:
            version = destination.version
            held = [h.address.ip for h in self.plan.addresses_of(source) if h.address.version == version]
            own = held[0] if len(held) == 1 else None
        found: list[ForwardingPath] = []
        under_way = [(ForwardingPath((source,), (), (), arrives=False, incoming=(None,)), own)]
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

    def traced(self, source: str, destination: IPAddress) -> tuple[tuple[ForwardingPath, ...], Asked]:
        """All ways, and everything that the tables were asked for to find them."""
        answers: list[Answer] = []
        self._asked = answers
        try:
            ways = self.ways(source, destination)
        finally:
            self._asked = None
        return ways, Asked(frozenset(key for key, _, _ in answers), tuple(answers))

    def agrees(self, asked: Asked) -> bool:
        """Whether these tables say what those of while nothing is broken were `asked`: then the ways are the same."""
        if not self.tables.same_masters:
            return False
        changed = self.tables.changed
        return asked.tables.isdisjoint(changed) or all(
            self.tables.table(*key).longest(address) == hops for key, address, hops in asked.answers if key in changed
        )

    def _further(
        self, way: ForwardingPath, destination: IPAddress, sender: IPAddress | None
    ) -> list[tuple[ForwardingPath, IPAddress | None]]:
        """One hop on, by each route that shares the flows, and the packet's source then."""
        found = []
        here = way.nodes[-1]
        for hop in self.lookup(here, way.incoming[-1], destination):
            assert hop.interface is not None
            if self._is_barred(here, way.incoming[-1], hop.interface):
                found.append((replace(way, dropped=WHY_BARRED), sender))
                continue
            step = self._step(here, hop.interface, hop.via if hop.via is not None else destination)
            if step is not None:
                crossing, to, incoming = step
                source = None if sender is None else after_nat(self.plan, here, hop.interface, sender)
                onward = ForwardingPath(
                    (*way.nodes, to),
                    (*way.crossings, crossing),
                    way.sessions if hop.session in ("", CONNECTED) else (*way.sessions, hop.session),
                    arrives=False,
                    incoming=(*way.incoming, incoming),
                    dropped=self._why_dropped(to, incoming, source),
                )
                found.append((onward, source))
        return found

    def _is_barred(self, node: str, incoming: str | None, interface: str) -> bool:
        """Whether nothing that came in by one port leaves by the other."""
        return any({incoming, interface} <= group for group in self._layout.barred.get(node, ()))

    def _why_dropped(self, node: str, incoming: str | None, source: IPAddress | None) -> str:
        """Why a source filter lets a packet not in: its source does not lead back out of the same interface."""
        if source is None or incoming is None or (node, incoming) not in self._layout.filtered:
            return ""
        back = self._longest(node, self.plan.table_of(node, incoming), source)
        if any(hop.interface == incoming for hop in back):
            return ""
        return f"its source {source} is in no prefix that is announced there (source address filter)"

    def _step(self, node: str, interface: str, next_hop: IPAddress) -> tuple[Crossing, str, str | None] | None:
        tunnel = self.wires.tunnel_far_end(node, interface)
        if tunnel is not None:
            return self._through_tunnel(node, tunnel)
        to = self.wires.node_of(next_hop, self.tables.masters)
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
        outside = {end.node: end.outside for end in self.plan.tunnel(name).ends}
        under = self.way(node, outside[far], outside[node])
        if not under.arrives:
            return None
        cables = tuple(cable for crossing in under.crossings for cable in crossing.ways[0])
        return Crossing(((*cables, esp_of(name)),), under.nodes[1:-1]), far, far_interface


def forwarding(plan: Plan, down_sessions: AbstractSet[str] = frozenset()) -> Forwarding:
    """The tables of `plan` when everybody knows that `down_sessions` are down. Raises UnknownName."""
    down = frozenset((name, end.speaker) for name in down_sessions for end in plan.session(name).ends)
    return Forwarding(TableLayout(plan), Believed(down_ends=down))
