"""Direct Connect connections, from a port of the customer's router to one of the AWS device; LAGs; hosted ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dxemu.aws import policing
from dxemu.aws.lag import LacpMode
from dxemu.plan.customer_side import CIRCUIT_MTU, is_layer2_extension
from dxemu.plan.draft import Draft
from dxemu.plan.model import Bond, Cable, CableRole, CarrierDelay, LimitKind, Port, RateLimit, Role, Side
from dxemu.plan.names import MAX_PARENT_NAME, mac
from dxemu.topology.model import Circuit, Connection, Topology, VirtualInterface
from dxemu.units import BitsPerSecond, Seconds

CROSS_CONNECT_DELAY = Seconds(10e-6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Where a connection or LAG ends: a port (or bond) of the customer's router and of the AWS device.

    `cables` are those between, in order; of a LAG, those of all members.
    """

    router: str
    router_port: str
    device: str
    device_port: str
    cables: tuple[str, ...]


def device_nodes(topology: Topology) -> Mapping[tuple[str, str], str]:
    """The node of each AWS device that is used, by location and device.

    It is called as the device: no two locations have devices of one name (DX-T002).
    """
    devices = dict.fromkeys((connection.location, connection.device) for connection in topology.connections)
    devices |= dict.fromkeys((other.location, other.device) for other in topology.other_customers)
    return {(location, device): device for location, device in devices}


def device_of(connection: Connection, topology: Topology) -> str:
    """The node of the device that `connection` ends on."""
    return device_nodes(topology)[connection.location, connection.device]


def members_of(name: str, topology: Topology) -> tuple[Connection, ...]:
    """The connections behind the name that a virtual interface gives: the members of a LAG, or the connection."""
    return tuple(c for c in topology.connections if name in (c.name, c.lag))


def connection_of(vif: VirtualInterface, topology: Topology) -> Connection:
    """The connection that `vif` is on; of a LAG its first member."""
    return members_of(vif.connection, topology)[0]


def circuit_of(connection: Connection, topology: Topology) -> Circuit | None:
    """The carrier's circuit that extends `connection` to the customer's router; None for a plain cross connect."""
    return next(
        (c for c in topology.customer.circuits if c.to == connection.name and is_layer2_extension(c, topology)), None
    )


def carrier_node(connection: Connection) -> str:
    """The carrier's switch at the end of a layer 2 extension, or the partner's of a hosted connection."""
    return f"{'partner' if connection.hosted else 'carrier'}_{connection.name}"


def add_carriers(draft: Draft) -> None:
    """A node for the carrier at the Direct Connect location of each connection that is extended or hosted."""
    for connection in draft.topology.connections:
        if circuit_of(connection, draft.topology) is not None or connection.hosted:
            draft.node(carrier_node(connection), Role.CARRIER, Side.CARRIER, connection.location)


def add_devices(draft: Draft) -> None:
    """The AWS devices that are used."""
    for (location, _), node in device_nodes(draft.topology).items():
        draft.node(node, Role.DX_DEVICE, Side.AWS, location)


def add_connections(draft: Draft) -> Mapping[str, Attached]:
    """All connections and LAGs, by the name that virtual interfaces give."""
    attached = {}
    members: dict[str, list[tuple[Cable, ...]]] = {}
    for connection in draft.topology.connections:
        cables = _add_connection(draft, connection)
        if connection.lag is None:
            attached[connection.name] = Attached(
                router=cables[0].a.node,
                router_port=cables[0].a.name,
                device=cables[-1].b.node,
                device_port=cables[-1].b.name,
                cables=tuple(cable.name for cable in cables),
            )
        else:
            members.setdefault(connection.lag, []).append(cables)
    for lag, ways in members.items():
        attached[lag] = _add_lag(draft, lag, ways)
    return attached


def _add_connection(draft: Draft, connection: Connection) -> tuple[Cable, ...]:
    """The cross connect, and the carrier's circuit and switch if there are any, in order from router to device."""
    circuit = circuit_of(connection, draft.topology)
    if circuit is None and not connection.hosted:
        return (_cross_connect(draft, connection, (connection.router, connection.name), connection.bandwidth),)
    carrier = carrier_node(connection)
    speed = connection.interconnect or connection.bandwidth
    near = draft.cable(
        draft.cable_name(f"{connection.name}_handoff", "cable") if circuit is None else _name_of(draft, circuit),
        CableRole.CROSS_CONNECT if circuit is None else CableRole.CIRCUIT,
        (connection.router if circuit is None else circuit.from_router, connection.name),
        (carrier, "customer"),
        bandwidth=speed if circuit is None else circuit.bandwidth,
        delay=CROSS_CONNECT_DELAY if circuit is None else circuit.delay,
        mtu=CIRCUIT_MTU,
        connection=connection.name,
        carrier=None if circuit is None else circuit.carrier,
        waits=_waits(connection),
    )
    cross_connect = _cross_connect(draft, connection, (carrier, "aws"), speed)
    draft.bridge(carrier, "bridge", (near.b.name, cross_connect.a.name))
    if connection.hosted:
        for port in (cross_connect.b, cross_connect.a):
            _police(draft, port, connection.bandwidth)
    return near, cross_connect


def _police(draft: Draft, port: Port, rate: BitsPerSecond) -> None:
    """Both directions are policed: what the customer sends by AWS's port, what AWS sends by the partner's."""
    draft.limits.append(
        RateLimit(
            node=port.node, interface=port.name, kind=LimitKind.POLICE, rate=rate, burst=policing.policer_burst(rate)
        )
    )


def _name_of(draft: Draft, circuit: Circuit) -> str:
    return draft.circuit_cables[circuit.name]


def _cross_connect(draft: Draft, connection: Connection, near: tuple[str, str], bandwidth: BitsPerSecond) -> Cable:
    return draft.cable(
        connection.name,
        CableRole.CROSS_CONNECT,
        near,
        (device_of(connection, draft.topology), connection.name),
        bandwidth=bandwidth,
        delay=CROSS_CONNECT_DELAY,
        mtu=CIRCUIT_MTU,
        connection=connection.name,
        waits=_waits(connection) if near[0] == connection.router else (None, None),
    )


def _waits(connection: Connection) -> tuple[Seconds | None, Seconds | None]:
    """How long the customer's port waits for light."""
    return connection.carrier_delay, connection.carrier_delay_up


def _add_lag(draft: Draft, name: str, ways: list[tuple[Cable, ...]]) -> Attached:
    """A bond at both ends over the members' ports."""
    lag = next(lag for lag in draft.topology.lags if lag.name == name)

    def bond(ports: tuple[Port, ...], mine: LacpMode, partner: LacpMode) -> str:
        node = ports[0].node
        interface = draft.interface_name(node, name, MAX_PARENT_NAME)
        draft.bonds.append(
            Bond(
                node=node,
                name=interface,
                lag=name,
                members=tuple(port.name for port in ports),
                mac=mac(node, interface),
                mtu=CIRCUIT_MTU,
                min_links=lag.minimum_links,
                lacp_fast=lag.lacp_fast,
                carrier_delay=CarrierDelay(down=ports[0].carrier_delay.down),
                lacp=mine,
                partner_lacp=partner,
            )
        )
        return interface

    near, far = tuple(way[0].a for way in ways), tuple(way[-1].b for way in ways)
    return Attached(
        router=near[0].node,
        router_port=bond(near, lag.customer_lacp, LacpMode.ACTIVE),
        device=far[0].node,
        device_port=bond(far, LacpMode.ACTIVE, lag.customer_lacp),
        cables=tuple(cable.name for way in ways for cable in way),
    )
