"""Direct Connect connections and the virtual interfaces on them, from the customer's router to the AWS device."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Interface

from dxemu.aws import bfd
from dxemu.aws.timers import negotiated_hold_time
from dxemu.plan.addressing import Peers, peer_addresses
from dxemu.plan.customer_side import CIRCUIT_MTU, is_layer2_extension
from dxemu.plan.draft import Draft
from dxemu.plan.model import BfdSession, BgpSession, Cable, CableRole, Port, Role, SessionEnd, Side
from dxemu.plan.names import auth_key
from dxemu.topology.model import Circuit, Connection, Topology, VirtualInterface
from dxemu.units import Asn, Seconds

CROSS_CONNECT_DELAY = Seconds(10e-6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Where a connection ends: a port of the customer's router and one of the AWS device, and the cables between."""

    router: Port
    device: Port
    cables: tuple[str, ...]


def device_nodes(topology: Topology) -> Mapping[tuple[str, str], str]:
    """The node of each AWS device that a connection uses, by location and device.

    It is called as the device, or `dx_1_EqDC2` if several locations have a device of that name.
    """
    devices = dict.fromkeys((connection.location, connection.device) for connection in topology.connections)
    names = [device for _, device in devices]
    return {
        (location, device): device if names.count(device) == 1 else f"{device}_{location}"
        for location, device in devices
    }


def device_of(connection: Connection, topology: Topology) -> str:
    """The node of the device that `connection` ends on."""
    return device_nodes(topology)[connection.location, connection.device]


def connection_of(vif: VirtualInterface, topology: Topology) -> Connection:
    """The connection that `vif` is on."""
    return next(c for c in topology.connections if c.name == vif.connection)


def circuit_of(connection: Connection, topology: Topology) -> Circuit | None:
    """The carrier's circuit that extends `connection` to the customer's router; None for a plain cross connect."""
    return next(
        (c for c in topology.customer.circuits if c.to == connection.name and is_layer2_extension(c, topology)), None
    )


def carrier_node(connection: Connection) -> str:
    """The carrier's switch at the end of a layer 2 extension."""
    return f"carrier_{connection.name}"


def add_carriers(draft: Draft) -> None:
    """A node for the carrier at the Direct Connect location of each extended connection."""
    for connection in draft.topology.connections:
        if circuit_of(connection, draft.topology) is not None:
            draft.node(carrier_node(connection), Role.CARRIER, Side.CARRIER, connection.location)


def add_devices(draft: Draft) -> None:
    """The AWS devices that are used."""
    for (location, _), node in device_nodes(draft.topology).items():
        draft.node(node, Role.DX_DEVICE, Side.AWS, location)


def add_connection(draft: Draft, connection: Connection) -> Attachment:
    """The cross connect, and the carrier's circuit and switch if there are any, in order from router to device."""
    circuit = circuit_of(connection, draft.topology)
    if circuit is None:
        cross_connect = _cross_connect(draft, connection, (connection.router, connection.name))
        return Attachment(router=cross_connect.a, device=cross_connect.b, cables=(cross_connect.name,))
    carrier = carrier_node(connection)
    extension = draft.cable(
        draft.circuit_cables[circuit.name],
        CableRole.CIRCUIT,
        (circuit.from_router, connection.name),
        (carrier, "customer"),
        bandwidth=circuit.bandwidth,
        delay=circuit.delay,
        mtu=CIRCUIT_MTU,
        connection=connection.name,
    )
    cross_connect = _cross_connect(draft, connection, (carrier, "aws"))
    draft.bridge(carrier, "bridge", (extension.b.name, cross_connect.a.name))
    return Attachment(router=extension.a, device=cross_connect.b, cables=(extension.name, cross_connect.name))


def _cross_connect(draft: Draft, connection: Connection, near: tuple[str, str]) -> Cable:
    return draft.cable(
        connection.name,
        CableRole.CROSS_CONNECT,
        near,
        (device_of(connection, draft.topology), connection.name),
        bandwidth=connection.bandwidth,
        delay=CROSS_CONNECT_DELAY,
        mtu=CIRCUIT_MTU,
        connection=connection.name,
    )


def add_virtual_interfaces(draft: Draft, attachments: Mapping[str, Attachment]) -> None:
    """A VLAN interface with its address at both ends of each virtual interface, and its eBGP session."""
    peers = peer_addresses(draft.topology)
    asns = {gateway.name: gateway.asn for gateway in draft.topology.aws.virtual_private_gateways}
    for vif in draft.topology.virtual_interfaces:
        session = _ebgp_session(draft, vif, attachments[vif.connection], peers[vif.name], asns[vif.gateway])
        draft.sessions.append(session)


def _ebgp_session(
    draft: Draft, vif: VirtualInterface, attachment: Attachment, peers: Peers, amazon_asn: Asn
) -> BgpSession:
    amazon, customer = peers
    router_interface = _vlan(draft, attachment.router, vif, customer)
    device_interface = _vlan(draft, attachment.device, vif, amazon)
    hold_time = negotiated_hold_time(vif.hold_time)
    return BgpSession(
        name=vif.name,
        virtual_interface=vif.name,
        connection=vif.connection,
        ends=(
            SessionEnd(
                node=attachment.router.node,
                interface=router_interface,
                port=attachment.router.name,
                address=customer.ip,
                asn=vif.asn,
                passive=False,
                import_local_pref=vif.customer.local_pref,
                export_communities=vif.customer.communities,
                bfd=None if vif.bfd is None else BfdSession(interval=vif.bfd.interval, detect_mult=vif.bfd.detect_mult),
            ),
            SessionEnd(
                node=attachment.device.node,
                interface=device_interface,
                port=attachment.device.name,
                address=amazon.ip,
                asn=amazon_asn,
                passive=True,
                bfd=None if vif.bfd is None else BfdSession(interval=bfd.INTERVAL, detect_mult=bfd.DETECT_MULT),
            ),
        ),
        hold_time=hold_time,
        keepalive=min(vif.keepalive, Seconds(math.floor(hold_time / 3))),
        auth_key=vif.auth_key if vif.auth_key is not None else auth_key(draft.topology.name, vif.name),
        cables=attachment.cables,
    )


def _vlan(draft: Draft, port: Port, vif: VirtualInterface, address: IPv4Interface) -> str:
    name = draft.vlan(port, vif.vlan, vif.mtu)
    draft.address(port.node, name, address)
    return name
