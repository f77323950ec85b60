"""A plan while it is being made: what has been added so far, and which names are taken."""

from __future__ import annotations

from collections import defaultdict
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from dxemu.plan.model import (
    Address,
    BgpSession,
    Bridge,
    Cable,
    CableRole,
    Node,
    Port,
    Role,
    Side,
    StaticRoute,
    VlanInterface,
)
from dxemu.plan.names import MAX_INTERFACE_NAME, MAX_PARENT_NAME, InterfaceNames, mac, unique, vlan_interface
from dxemu.topology.model import Topology
from dxemu.units import BitsPerSecond, Seconds, VlanId


class Draft:
    """Collects the parts of a plan. Every method adds one part and gives its name, or the part."""

    def __init__(self, topology: Topology) -> None:
        self.topology = topology
        self.nodes: dict[str, Node] = {}
        self.cables: list[Cable] = []
        self.bridges: list[Bridge] = []
        self.vlans: list[VlanInterface] = []
        self.addresses: list[Address] = []
        self.static_routes: list[StaticRoute] = []
        self.sessions: list[BgpSession] = []
        self._interfaces: defaultdict[str, InterfaceNames] = defaultdict(InterfaceNames)
        self._cable_names = {connection.name for connection in topology.connections}
        self.circuit_cables = {
            circuit.name: unique(circuit.name, self._cable_names, "circuit") for circuit in topology.customer.circuits
        }
        self._session_names = {vif.name for vif in topology.virtual_interfaces}

    def node(self, name: str, role: Role, side: Side, place: str) -> str:
        """Add a node. Raises ValueError if there is one of that name."""
        if name in self.nodes:
            raise ValueError(f"'{name}' is the name of a {self.nodes[name].role} and of a {role}")
        self.nodes[name] = Node(name=name, role=role, side=side, place=place)
        return name

    def cable_name(self, wanted: str, suffix: str) -> str:
        """A free name for a cable: `wanted`, else with `suffix`. Connections and circuits have theirs already."""
        return unique(wanted, self._cable_names, suffix)

    def session_name(self, wanted: str, suffix: str) -> str:
        """A free name for an iBGP session: `wanted`, else with `suffix`."""
        return unique(wanted, self._session_names, suffix)

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
    ) -> Cable:
        """Add a cable between `a` and `b`, each a node and the name that its port should have."""
        max_length = MAX_INTERFACE_NAME if connection is None else MAX_PARENT_NAME
        cable = Cable(
            name=name,
            role=role,
            a=self._port(*a, max_length),
            b=self._port(*b, max_length),
            bandwidth=bandwidth,
            delay=delay,
            mtu=mtu,
            connection=connection,
        )
        self.cables.append(cable)
        return cable

    def _port(self, node: str, wanted: str, max_length: int) -> Port:
        name = self._interfaces[node].take(wanted, max_length)
        return Port(node=node, name=name, mac=mac(node, name))

    def bridge(self, node: str, wanted: str, ports: tuple[str, ...]) -> str:
        """Add a bridge over `ports` of `node`."""
        name = self._interfaces[node].take(wanted)
        self.bridges.append(Bridge(node=node, name=name, ports=ports))
        return name

    def vlan(self, port: Port, vlan_id: VlanId, mtu: int) -> str:
        """Add a VLAN interface on `port`."""
        name = vlan_interface(port.name, vlan_id)
        self.vlans.append(VlanInterface(node=port.node, name=name, parent=port.name, vlan_id=vlan_id, mtu=mtu))
        return name

    def address(self, node: str, interface: str, address: IPv4Interface) -> None:
        """Put `address` on an interface."""
        self.addresses.append(Address(node=node, interface=interface, address=address))

    def static_route(self, node: str, destination: IPv4Network, via: IPv4Address) -> None:
        """Add a route that never changes."""
        self.static_routes.append(StaticRoute(node=node, destination=destination, via=via))
