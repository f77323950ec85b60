"""A plan while it is being made: what has been added so far, and which names are taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network

from dxemu.plan.addressing import RouterIds
from dxemu.plan.model import (
    AT_ONCE,
    MAIN_TABLE,
    Address,
    BgpSession,
    Bond,
    Bridge,
    Cable,
    CableRole,
    CarrierDelay,
    Gateway,
    IpsecTunnel,
    LookupRule,
    MssClamp,
    Node,
    Port,
    RateLimit,
    Role,
    Service,
    Side,
    SilentDrop,
    SourceFilter,
    SourceNat,
    Speaker,
    StaticRoute,
    VlanInterface,
    Vrf,
    VrrpGroup,
)
from dxemu.plan.names import MAX_INTERFACE_NAME, MAX_PARENT_NAME, InterfaceNames, mac, unique, vlan_interface
from dxemu.topology.model import Topology
from dxemu.units import BitsPerSecond, IPAddress, IPInterface, IPNetwork, Seconds, VlanId

EVERYTHING: Mapping[int, IPNetwork] = {4: IPv4Network("0.0.0.0/0"), 6: IPv6Network("::/0")}
"""The default route of each IP version."""


class Draft:
    """Collects the parts of a plan. Every method adds one part and gives its name, or the part."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.nodes: dict[str, Node] = {}
        self.cables: list[Cable] = []
        self.bridges: list[Bridge] = []
        self.bonds: list[Bond] = []
        self.vlans: list[VlanInterface] = []
        self.vrfs: list[Vrf] = []
        self.rules: list[LookupRule] = []
        self.addresses: list[Address] = []
        self.static_routes: list[StaticRoute] = []
        self.sessions: list[BgpSession] = []
        self.speakers: list[Speaker] = []
        self.gateways: list[Gateway] = []
        self.limits: list[RateLimit] = []
        self.vrrp: list[VrrpGroup] = []
        self.tunnels: list[IpsecTunnel] = []
        self.services: list[Service] = []
        self.nats: list[SourceNat] = []
        self.mss_clamps: list[MssClamp] = []
        self.silent_drops: list[SilentDrop] = []
        self.source_filters: list[SourceFilter] = []
        self.router_ids = RouterIds()
        self._interfaces: defaultdict[str, InterfaceNames] = defaultdict(InterfaceNames)
        self._cable_names = {connection.name for connection in topology.connections}
        self.circuit_cables = {
            circuit.name: unique(circuit.name, self._cable_names, "circuit") for circuit in topology.customer.circuits
        }
        self._waits: dict[str, CarrierDelay] = {}
        self._campuses = {location.code: location.campus for location in topology.aws.locations}
        self._session_names = {vif.name for vif in topology.virtual_interfaces}

    def node(self, name: str, role: Role, side: Side, place: str, waits: CarrierDelay = AT_ONCE) -> str:
        """Add a node, whose ports wait so for light. Raises ValueError if there is one of that name."""
        if name in self.nodes:
            raise ValueError(f"'{name}' is the name of a {self.nodes[name].role} and of a {role}")
        self._waits[name] = waits
        campus = self._campuses.get(place)
        self.nodes[name] = Node(name=name, role=role, side=side, place=place, campus=campus)
        return name

    def cable_name(self, wanted: str, suffix: str) -> str:
        """A free name for a cable: `wanted`, else with `suffix`. Connections and circuits have theirs already."""
        return unique(wanted, self._cable_names, suffix)

    def session_name(self, wanted: str, suffix: str) -> str:
        """A free name for a session: `wanted`, else with `suffix`. Virtual interfaces have theirs already."""
        return unique(wanted, self._session_names, suffix)

    def interface_name(self, node: str, wanted: str, max_length: int = MAX_INTERFACE_NAME) -> str:
        """A free interface name on `node`: `wanted`, or one that resembles it."""
        return self._interfaces[node].take(wanted, max_length)

    def cable(
        self,
        name: str,
        role: CableRole,
        a: tuple[str, str],
        b: tuple[str, str],
        *,
        bandwidth: BitsPerSecond,
        delay: Seconds,
        mtu: int,
        connection: str | None = None,
        carrier: str | None = None,
        waits: tuple[Seconds | None, Seconds | None] = (None, None),
    ) -> Cable:
        """Add a cable between `a` and `b`, each a node and the name that its port should have.

        `waits` are how long the port of `a` waits for light, down and up; None: as its node.
        """
        max_length = MAX_INTERFACE_NAME if connection is None else MAX_PARENT_NAME
        cable = Cable(
            name=name,
            role=role,
            a=self._port(*a, max_length, *waits),
            b=self._port(*b, max_length),
            bandwidth=bandwidth,
            delay=delay,
            mtu=mtu,
            connection=connection,
            carrier=carrier,
        )
        self.cables.append(cable)
        return cable

    def _port(
        self, node: str, wanted: str, max_length: int, down: Seconds | None = None, up: Seconds | None = None
    ) -> Port:
        name = self._interfaces[node].take(wanted, max_length)
        own = self._waits[node]
        waits = CarrierDelay(down=own.down if down is None else down, up=own.up if up is None else up)
        return Port(node=node, name=name, mac=mac(node, name), carrier_delay=waits)

    def bridge(self, node: str, wanted: str, ports: tuple[str, ...]) -> str:
        """Add a bridge over `ports` of `node`."""
        name = self._interfaces[node].take(wanted)
        self.bridges.append(Bridge(node=node, name=name, ports=ports))
        return name

    def vlan(self, node: str, parent: str, vlan_id: VlanId, mtu: int) -> str:
        """Add a VLAN interface on `parent`."""
        name = vlan_interface(parent, vlan_id)
        self.vlans.append(VlanInterface(node=node, name=name, parent=parent, vlan_id=vlan_id, mtu=mtu))
        return name

    def address(self, node: str, interface: str, address: IPInterface) -> None:
        """Put `address` on an interface."""
        self.addresses.append(Address(node=node, interface=interface, address=address))

    def static_route(self, node: str, destination: IPNetwork, via: IPAddress | None, table: int = MAIN_TABLE) -> None:
        """Add a route that never changes; `via` None: nothing is to go there."""
        self.static_routes.append(StaticRoute(node=node, destination=destination, via=via, table=table))

    def throw(self, node: str, destination: IPNetwork, table: int) -> None:
        """Have what `table` is asked about `destination` looked up in the tables after it."""
        self.static_routes.append(StaticRoute(node=node, destination=destination, via=None, table=table, throw=True))

    def rule(self, node: str, incoming: str | None, table: int) -> None:
        """Have packets that come in by `incoming` looked up in `table`."""
        self.rules.append(LookupRule(node=node, incoming=incoming, table=table))

    def nowhere_else(self, node: str, table: int, versions: Iterable[int]) -> None:
        """What `table` has no other route to is unreachable, and looked up no further."""
        for version in sorted(versions):
            self.static_route(node, EVERYTHING[version], None, table)
