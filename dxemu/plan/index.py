"""What a plan's rows are found by: nobody else goes through its tables to find one.

An index is made when it is first asked for. It is no field of the plan: a copy, and what is pickled, begins without.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from dxemu.plan import parts
from dxemu.plan.by_name import ByName
from dxemu.plan.gateway import Gateway
from dxemu.plan.parts import MAIN_TABLE, Address, Bond, IpsecTunnel, Service, SourceNat, StaticRoute, VlanInterface, Vrf
from dxemu.plan.session import BgpSession, Speaker
from dxemu.plan.wiring import Cable, CarrierDelay, Node, Role, Side
from dxemu.units import IPAddress

_Key = TypeVar("_Key", bound=Hashable)
_Row = TypeVar("_Row")


def by_key(rows: Iterable[_Row], keys: Callable[[_Row], Iterable[_Key]]) -> dict[_Key, tuple[_Row, ...]]:
    """The rows of each key, in their order; a row may have several keys, or none."""
    found: dict[_Key, dict[int, _Row]] = {}
    for number, row in enumerate(rows):
        for key in keys(row):
            found.setdefault(key, {})[number] = row
    return {key: tuple(rows_of.values()) for key, rows_of in found.items()}


class PlanIndex:
    """The look-ups of a `Plan`. Asked for a name that is not there they raise UnknownName, unless they say None."""

    nodes: tuple[Node, ...]
    cables: tuple[Cable, ...]
    vlans: tuple[VlanInterface, ...]
    addresses: tuple[Address, ...]
    static_routes: tuple[StaticRoute, ...]
    sessions: tuple[BgpSession, ...]
    speakers: tuple[Speaker, ...]
    gateways: tuple[Gateway, ...]
    bonds: tuple[Bond, ...]
    vrfs: tuple[Vrf, ...]
    tunnels: tuple[IpsecTunnel, ...]
    services: tuple[Service, ...]
    nats: tuple[SourceNat, ...]
    mss_clamps: tuple[parts.MssClamp, ...]

    # Nodes.

    @cached_property
    def _nodes(self) -> ByName[Node]:
        return ByName("node", self.nodes)

    @cached_property
    def _nodes_at(self) -> Mapping[str | None, tuple[Node, ...]]:
        return by_key(self.nodes, lambda node: (node.place,))

    @cached_property
    def _nodes_of(self) -> Mapping[tuple[Role, Side], tuple[Node, ...]]:
        return by_key(self.nodes, lambda node: ((node.role, node.side),))

    def node(self, name: str) -> Node:
        """The node of that name."""
        return self._nodes[name]

    def node_named(self, name: str) -> Node | None:
        """The node of that name; None if there is none."""
        return self._nodes.get(name)

    def nodes_at(self, place: str) -> Sequence[Node]:
        """What stands in a location."""
        return self._nodes_at.get(place, ())

    def nodes_of(self, role: Role, side: Side) -> Sequence[Node]:
        """What has this role on this side."""
        return self._nodes_of.get((role, side), ())

    # Cables and ports.

    @cached_property
    def _cables(self) -> ByName[Cable]:
        return ByName("cable", self.cables)

    @cached_property
    def _cables_at(self) -> Mapping[tuple[str, str], Cable]:
        return {(port.node, port.name): cable for cable in self.cables for port in (cable.a, cable.b)}

    @cached_property
    def _cables_of_node(self) -> Mapping[str, tuple[Cable, ...]]:
        return by_key(self.cables, lambda cable: (cable.a.node, cable.b.node))

    @cached_property
    def _cables_of_connection(self) -> Mapping[str | None, tuple[Cable, ...]]:
        return by_key(self.cables, lambda cable: (cable.connection,))

    @cached_property
    def _cables_of_carrier(self) -> Mapping[str | None, tuple[Cable, ...]]:
        return by_key(self.cables, lambda cable: (cable.carrier,))

    def cable(self, name: str) -> Cable:
        """The cable of that name."""
        return self._cables[name]

    def cable_named(self, name: str) -> Cable | None:
        """The cable of that name; None if there is none."""
        return self._cables.get(name)

    def cable_at(self, node: str, port: str) -> Cable:
        """The cable in a port."""
        return self._cables_at[node, port]

    def carrier_delay_at(self, node: str, interface: str) -> CarrierDelay:
        """How long a port, or a LAG's bond, waits for light that goes and comes."""
        at = (node, interface)
        return (self.bond_at(*at) or self.bond_over(*at) or self.cable_at(*at).port_at(*at)).carrier_delay

    def cables_of_node(self, node: str) -> Sequence[Cable]:
        """The cables in a node's ports."""
        return self._cables_of_node.get(node, ())

    def cables_of_connection(self, connection: str) -> tuple[Cable, ...]:
        """The cables of a connection, from the customer's router to the AWS device."""
        return self._cables_of_connection.get(connection, ())

    def cables_of_carrier(self, carrier: str) -> Sequence[Cable]:
        """The cables of a carrier's circuits."""
        return self._cables_of_carrier.get(carrier, ())

    # Interfaces.

    @cached_property
    def _bonds(self) -> Mapping[tuple[str, str], Bond]:
        return {(bond.node, bond.name): bond for bond in self.bonds}

    @cached_property
    def _bonds_over(self) -> Mapping[tuple[str, str], Bond]:
        return {(bond.node, member): bond for bond in self.bonds for member in bond.members}

    @cached_property
    def _vlans(self) -> Mapping[tuple[str, str], VlanInterface]:
        return {(vlan.node, vlan.name): vlan for vlan in self.vlans}

    @cached_property
    def _vrfs(self) -> Mapping[str, tuple[Vrf, ...]]:
        return by_key(self.vrfs, lambda vrf: (vrf.node,))

    @cached_property
    def _vrf_of(self) -> Mapping[tuple[str, str], Vrf]:
        return {(vrf.node, name): vrf for vrf in self.vrfs for name in vrf.interfaces}

    def bond_at(self, node: str, interface: str) -> Bond | None:
        """The bond that an interface is; None if it is none."""
        return self._bonds.get((node, interface))

    def bond_over(self, node: str, port: str) -> Bond | None:
        """The bond that a port is a member of; None if it is of none."""
        return self._bonds_over.get((node, port))

    def vlan_at(self, node: str, interface: str) -> VlanInterface:
        """The VLAN that an interface is."""
        return self._vlans[node, interface]

    def vrfs_at(self, node: str) -> Sequence[Vrf]:
        """A node's VRFs."""
        return self._vrfs.get(node, ())

    def table_of(self, node: str, interface: str) -> int:
        """The kernel's table of what comes in by an interface: its VRF's, or the main one."""
        vrf = self._vrf_of.get((node, interface))
        return MAIN_TABLE if vrf is None else vrf.table

    # Addresses, and what is reached at them.

    @cached_property
    def _addresses(self) -> Mapping[str, tuple[Address, ...]]:
        return by_key(self.addresses, lambda held: (held.node,))

    @cached_property
    def _nats(self) -> Mapping[str, tuple[SourceNat, ...]]:
        return by_key(self.nats, lambda nat: (nat.node,))

    @cached_property
    def _services(self) -> Mapping[str, Service]:
        return {service.node: service for service in self.services}

    @cached_property
    def _own_static_routes(self) -> Mapping[str, tuple[StaticRoute, ...]]:
        own = (route for route in self.static_routes if route.table == MAIN_TABLE)
        return by_key(own, lambda route: (route.node,))

    def addresses_of(self, node: str) -> Sequence[Address]:
        """All that a node holds, in the plan's order."""
        return self._addresses.get(node, ())

    def address_of(self, node: str, version: int = 4) -> IPAddress:
        """The first address of a node in that IP version: for a host or instance, the one that it has."""
        return next(held.address.ip for held in self.addresses_of(node) if held.address.version == version)

    def nats_at(self, node: str) -> Sequence[SourceNat]:
        """What a node translates."""
        return self._nats.get(node, ())

    def mss_clamps_at(self, node: str) -> Sequence[parts.MssClamp]:
        """How a node clamps TCP's segments."""
        return [clamp for clamp in self.mss_clamps if clamp.node == node]

    def service_at(self, node: str) -> Service:
        """What a node serves."""
        return self._services[node]

    def own_static_routes(self, node: str) -> tuple[StaticRoute, ...]:
        """The static routes of a router of the customer's; of any other node none.

        They have a lower administrative distance than BGP, so they win over its routes to the same prefix. They are
        there while their interface has light. Source: RFC 1812 section 5.2.4; 1 against 20 and 200 with every vendor.
        """
        known = self.node(node)
        own = known.role is Role.ROUTER and known.side is Side.CUSTOMER
        return self._own_static_routes.get(node, ()) if own else ()

    # Sessions, who speaks on them, and what carries them.

    @cached_property
    def _sessions(self) -> ByName[BgpSession]:
        return ByName("session", self.sessions)

    @cached_property
    def _sessions_on(self) -> Mapping[str | None, tuple[BgpSession, ...]]:
        return by_key(self.sessions, lambda session: (session.virtual_interface,))

    @cached_property
    def _sessions_of(self) -> Mapping[str, tuple[BgpSession, ...]]:
        return by_key(self.sessions, lambda session: (end.speaker for end in session.ends))

    @cached_property
    def _speakers(self) -> ByName[Speaker]:
        return ByName("speaker", self.speakers)

    @cached_property
    def _speakers_at(self) -> Mapping[str, tuple[Speaker, ...]]:
        return by_key(self.speakers, lambda speaker: (speaker.node,))

    @cached_property
    def _gateways_at(self) -> Mapping[str, tuple[Gateway, ...]]:
        return by_key(self.gateways, lambda gateway: (gateway.node,))

    @cached_property
    def _tunnels(self) -> ByName[IpsecTunnel]:
        return ByName("tunnel", self.tunnels)

    @cached_property
    def _tunnels_at(self) -> Mapping[str, tuple[IpsecTunnel, ...]]:
        return by_key(self.tunnels, lambda tunnel: (end.node for end in tunnel.ends))

    def session(self, name: str) -> BgpSession:
        """The session of that name."""
        return self._sessions[name]

    def session_named(self, name: str) -> BgpSession | None:
        """The session of that name; None if there is none."""
        return self._sessions.get(name)

    def sessions_on(self, virtual_interface: str) -> Sequence[BgpSession]:
        """The sessions of a virtual interface, one for each IP version."""
        return self._sessions_on.get(virtual_interface, ())

    def sessions_of(self, speaker: str) -> Sequence[BgpSession]:
        """The sessions of which a speaker is an end."""
        return self._sessions_of.get(speaker, ())

    def speaker(self, name: str) -> Speaker:
        """The speaker of that name."""
        return self._speakers[name]

    def speaker_named(self, name: str) -> Speaker | None:
        """The speaker of that name; None for a node that is none of ours."""
        return self._speakers.get(name)

    def speakers_at(self, node: str) -> Sequence[Speaker]:
        """A node's speakers: one for each of its tables."""
        return self._speakers_at.get(node, ())

    def gateway_at(self, node: str) -> Gateway | None:
        """The gateway that a node is; None if it is none."""
        return next(iter(self._gateways_at.get(node, ())), None)

    def tunnel(self, name: str) -> IpsecTunnel:
        """The tunnel of that name."""
        return self._tunnels[name]

    def tunnel_named(self, name: str) -> IpsecTunnel | None:
        """The tunnel of that name; None if there is none."""
        return self._tunnels.get(name)

    def tunnels_at(self, node: str) -> Sequence[IpsecTunnel]:
        """The tunnels that end at a node."""
        return self._tunnels_at.get(node, ())
