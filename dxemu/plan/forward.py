"""Where packets go: the routers' kernel tables, computed, and a packet's way through them hop by hop.

It follows the same rules as the kernels do: rules by incoming interface, VRF, main table; longest prefix first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from dxemu.bgp.rib import LocRib
from dxemu.bgp.route import Announcement
from dxemu.plan.converge import End, announcements, converge_ends, gateway_rib, tables_of
from dxemu.plan.model import MAIN_TABLE, Plan, Side
from dxemu.plan.wires import Crossing, Wires
from dxemu.units import IPAddress, IPNetwork

MAX_HOPS = 32
CONNECTED = "connected"


@dataclass(frozen=True, slots=True)
class Believed:
    """What the routers have noticed so far.

    `down_ends` are ends that have given up their session; `lost` are (gateway, speaker) that the gateway takes for
    gone; `masters_gone` are (virtual router ID, router) that the others take for dead; `out` are (node, cable) of
    members that the bond at that node does not send by any more.
    """

    down_ends: frozenset[End] = frozenset()
    lost: frozenset[tuple[str, str]] = frozenset()
    masters_gone: frozenset[tuple[int, str]] = frozenset()
    out: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Way:
    """A packet's way. `crossings[i]` leads from `nodes[i]` to `nodes[i + 1]`; `sessions` are those it was routed by.

    `arrives` is whether the tables lead to the destination, whatever the cables do. A tunnel is one crossing; the
    cables under it are in `ways`.
    """

    nodes: tuple[str, ...]
    crossings: tuple[Crossing, ...]
    sessions: tuple[str, ...]
    arrives: bool

    def cables(self) -> frozenset[str]:
        """Every cable on the way, all members of LAGs."""
        return frozenset(cable for crossing in self.crossings for way in crossing.ways for cable in way)


@dataclass(frozen=True, slots=True)
class _Entry:
    via: IPAddress | None
    interface: str | None
    session: str


_Table = dict[IPNetwork, _Entry]


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
            self._tables[held.node, table][held.address.network] = _Entry(None, held.interface, CONNECTED)
        for fixed in self.plan.static_routes:
            interface = None if fixed.via is None else self.wires.interface_towards(fixed.via, fixed.node)
            self._tables[fixed.node, fixed.table][fixed.destination] = _Entry(fixed.via, interface, "")
        for speaker in self.plan.speakers:
            self._install(speaker.node, speaker.table, self.ribs[speaker.name])
        for gateway in self.plan.gateways:
            lost = {speaker for node, speaker in self.believed.lost if node == gateway.node}
            for table in tables_of(gateway):
                self._install(gateway.node, table, gateway_rib(self.plan, gateway, self.ribs, table, lost))

    def _install(self, node: str, table: int, rib: LocRib) -> None:
        for prefix, choice in rib.best.items():
            if not choice.route.originated:
                via = choice.route.next_hop
                interface = self.wires.interface_towards(via, node)
                self._tables[node, table][prefix] = _Entry(via, interface, choice.route.session)

    def lookup(self, node: str, incoming: str | None, address: IPAddress) -> tuple[IPAddress | None, str, str] | None:
        """Next hop (None: connected), interface and session (or `connected`, or "") for a packet; None: dropped."""
        tables = []
        if incoming is not None:
            if (node, incoming) in self._rules:
                tables.append(self._rules[node, incoming])
            if (node, incoming) in self._vrf:
                tables.append(self._vrf[node, incoming])
        tables.append(MAIN_TABLE)
        if (node, None) in self._rules:
            tables.append(self._rules[node, None])
        for table in tables:
            entry = _longest(self._tables[node, table], address)
            if entry is not None:
                return None if entry.interface is None else (entry.via, entry.interface, entry.session)
        return None

    def way(self, source: str, destination: IPAddress) -> Way:
        """The way of a packet from node `source` to `destination`."""
        nodes, crossings, sessions = [source], list[Crossing](), list[str]()
        incoming: str | None = None
        here = source
        while not self.wires.holds(here, destination) and len(nodes) <= MAX_HOPS:
            found = self.lookup(here, incoming, destination)
            if found is None:
                return Way(tuple(nodes), tuple(crossings), tuple(sessions), arrives=False)
            via, interface, session = found
            step = self._step(here, interface, via if via is not None else destination)
            if step is None:
                return Way(tuple(nodes), tuple(crossings), tuple(sessions), arrives=False)
            crossing, here, incoming = step
            nodes.append(here)
            crossings.append(crossing)
            if session not in ("", CONNECTED):
                sessions.append(session)
        return Way(tuple(nodes), tuple(crossings), tuple(sessions), arrives=self.wires.holds(here, destination))

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
        outside = next(end.outside for end in ends if end.node == far)
        under = self.way(node, outside)
        if not under.arrives:
            return None
        cables = tuple(cable for crossing in under.crossings for cable in crossing.ways[0])
        return Crossing((cables,), under.nodes[1:-1]), far, far_interface


def _longest(table: Mapping[IPNetwork, _Entry], address: IPAddress) -> _Entry | None:
    best: tuple[int, _Entry] | None = None
    for prefix, entry in table.items():
        if prefix.version == address.version and address in prefix and (best is None or prefix.prefixlen > best[0]):
            best = prefix.prefixlen, entry
    return None if best is None else best[1]


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
