"""The packets by which a plan's protocols speak, and where they arrive: what can vanish while all else passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from dxemu.plan.model import BgpSession, Bond, Cable, IpsecTunnel, Plan

TCP, UDP, IP_ESP = 6, 17, 50
"""IP protocol numbers (IANA)."""
BGP_PORT, BFD_PORT, IKE_PORT = 179, 3784, 500
"""RFC 4271 section 8.2.1; RFC 5881 section 4; RFC 7296 section 2."""
SLOW_PROTOCOLS = 0x8809
"""The EtherType of LACPDUs: IEEE 802.1AX-2020 section 6.2.10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packets:
    """Those that fit everything that is given: EtherType, IP protocol, a port at either end, two IPv4 addresses.

    Or a part of all flows: which they are, a hash of addresses, protocol and ports says. Or a part of all packets, each
    by chance. BGP and BFD are never of either.
    """

    ethertype: int | None = None
    protocol: int | None = None
    port: int | None = None
    between: tuple[IPv4Address, IPv4Address] | None = None
    flows_percent: float | None = None
    lost_percent: float | None = None

    def __str__(self) -> str:
        if self.flows_percent is not None:
            return f"{self.flows_percent:g} % of the flows"
        if self.lost_percent is not None:
            return f"{self.lost_percent:g} % of the packets"
        names = {TCP: "TCP", UDP: "UDP", IP_ESP: "ESP"}
        what = "LACP" if self.ethertype == SLOW_PROTOCOLS else names.get(self.protocol or 0, "IP")
        return what if self.port is None else f"{what} port {self.port}"


BGP = Packets(protocol=TCP, port=BGP_PORT)
BFD = Packets(protocol=UDP, port=BFD_PORT)
IKE = Packets(protocol=UDP, port=IKE_PORT)
ESP = Packets(protocol=IP_ESP)
LACP = Packets(ethertype=SLOW_PROTOCOLS)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Packets that come into a node by an interface."""

    node: str
    interface: str
    packets: Packets


def on_sessions(sessions: tuple[BgpSession, ...], packets: Packets) -> Iterator[Arrival]:
    """What arrives at both ends of sessions; two of them may share their interfaces."""
    for node, interface in dict.fromkeys((end.node, end.interface) for one in sessions for end in one.ends):
        yield Arrival(node, interface, packets)


def under_tunnel(plan: Plan, tunnel: IpsecTunnel, packets: Packets) -> Iterator[Arrival]:
    """What arrives at both ends of a tunnel from the other one's outside address, at whatever port."""
    first, second = (end.outside for end in tunnel.ends)
    mine = Packets(protocol=packets.protocol, port=packets.port, between=(first, second))
    for end in tunnel.ends:
        for cable in plan.cables_of_node(end.node):
            for port in (cable.a, cable.b):
                if port.node == end.node:
                    yield Arrival(port.node, port.name, mine)


def over(cables: tuple[Cable, ...], packets: Packets) -> Iterator[Arrival]:
    """What arrives at both ends of cables."""
    for cable in cables:
        for port in (cable.a, cable.b):
            yield Arrival(port.node, port.name, packets)


def member_bonds(plan: Plan, connection: str) -> tuple[tuple[Bond, str], ...]:
    """The bonds that a connection is a member of, each with the member's port."""
    cables = {cable.name for cable in plan.cables_of_connection(connection)}
    return tuple(
        (bond, port) for bond in plan.bonds for port in bond.members if plan.cable_at(bond.node, port).name in cables
    )
