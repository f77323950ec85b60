"""The plan: everything that will exist, decided before anything is started.

Import-light on purpose: the lab process inside the embedded kernel unpickles a `Plan`, and every
module it imports costs page faults there. `networkx` and pydantic stay out of here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from dxemu.units import Asn, BitsPerSecond, Seconds, VlanId


class Role(StrEnum):
    """What a node is."""

    HOST = "host"
    ROUTER = "router"
    CARRIER = "carrier"
    DX_DEVICE = "dx_device"
    GATEWAY = "gateway"
    INSTANCE = "instance"


class Side(StrEnum):
    """Who owns a node. Directions are named by it: `to_aws` is from CUSTOMER to AWS."""

    CUSTOMER = "customer"
    CARRIER = "carrier"
    AWS = "aws"


class CableRole(StrEnum):
    """What a cable is."""

    LAN = "lan"
    CIRCUIT = "circuit"
    CROSS_CONNECT = "cross_connect"
    BACKBONE = "backbone"
    VPC = "vpc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One network namespace. `place` is a label for people: `data center`, `EqDC2`, `us-east-1`."""

    name: str
    role: Role
    side: Side
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """One end of a cable. `name` is the interface's name (15 characters at most); `mac` is computed from names."""

    node: str
    name: str
    mac: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cable:
    """A veth pair with netem at both ends: `bandwidth` and one-way `delay` in each direction.

    `connection` names the Direct Connect connection that runs over it, if any.
    """

    name: str
    role: CableRole
    a: Port
    b: Port
    bandwidth: BitsPerSecond
    delay: Seconds
    mtu: int
    connection: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A Linux bridge over ports of one node: a LAN switch, or a carrier's layer 2 extension."""

    node: str
    name: str
    ports: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VlanInterface:
    """An 802.1Q sub-interface."""

    node: str
    name: str
    parent: str
    vlan_id: VlanId
    mtu: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address on an interface (port, VLAN or bridge)."""

    node: str
    interface: str
    address: IPv4Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRoute:
    """A kernel route that is there from the start and never changes."""

    node: str
    destination: IPv4Network
    via: IPv4Address


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdSession:
    """One end's own BFD parameters (RFC 5880): it sends and takes `interval`, the other end waits `detect_mult`."""

    interval: Seconds
    detect_mult: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """One speaker's end of a BGP session.

    `import_local_pref` is set on what this end learns (None: 100, or by AWS's community rules);
    `export_communities` are added to what it sends. `port` is the physical port whose carrier this
    end sees; `interface` the one that holds `address`. `bfd` is what this end runs; None: no BFD.
    """

    node: str
    interface: str
    port: str
    address: IPv4Address
    asn: Asn
    passive: bool
    import_local_pref: int | None = None
    export_communities: tuple[str, ...] = ()
    bfd: BfdSession | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpSession:
    """A BGP session. `name` is the virtual interface's (eBGP), or the two routers' names (iBGP).

    `ends[0]` is the active side (the customer's router), `ends[1]` the passive one (AWS's).
    `cables` are the cables that its packets cross.
    """

    name: str
    virtual_interface: str | None
    connection: str | None
    ends: tuple[SessionEnd, SessionEnd]
    hold_time: Seconds
    keepalive: Seconds
    auth_key: str | None = field(repr=False)
    cables: tuple[str, ...]

    @property
    def external(self) -> bool:
        """Whether it is eBGP."""
        return self.ends[0].asn != self.ends[1].asn

    @property
    def has_bfd(self) -> bool:
        """Whether BFD watches over it: both ends run it, or none."""
        return self.ends[0].bfd is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A router that speaks BGP: the customer's, or an AWS Direct Connect device."""

    node: str
    side: Side
    asn: Asn
    router_id: IPv4Address
    originates: tuple[IPv4Network, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneLink:
    """A gateway's way to one Direct Connect device, over AWS's own network.

    How AWS's devices tell its gateways of routes is not published. Here the gateway hears at once,
    and takes a device for gone when the backbone cable loses carrier.
    """

    device: str
    device_interface: str
    device_address: IPv4Address
    gateway_interface: str
    gateway_address: IPv4Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A virtual private gateway: routes of the VPC towards the devices that announce them."""

    node: str
    asn: Asn
    vpc_cidrs: tuple[IPv4Network, ...]
    route_propagation: bool
    backbone: tuple[BackboneLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of it. Names are unique over nodes, and over cables; order is the order of creation."""

    topology: str
    story: str
    nodes: tuple[Node, ...]
    cables: tuple[Cable, ...]
    bridges: tuple[Bridge, ...]
    vlans: tuple[VlanInterface, ...]
    addresses: tuple[Address, ...]
    static_routes: tuple[StaticRoute, ...]
    sessions: tuple[BgpSession, ...]
    speakers: tuple[Speaker, ...]
    gateways: tuple[Gateway, ...]

    def node(self, name: str) -> Node:
        """Raises KeyError for an unknown name."""
        return {n.name: n for n in self.nodes}[name]

    def cable(self, name: str) -> Cable:
        """Raises KeyError for an unknown name."""
        return {c.name: c for c in self.cables}[name]

    def cables_of_connection(self, connection: str) -> tuple[Cable, ...]:
        """The cables of a connection, from the customer's router to the AWS device."""
        return tuple(c for c in self.cables if c.connection == connection)

    def address_of(self, node: str) -> IPv4Address:
        """The first address of a node: for a host or instance, the one that it has."""
        return next(a.address.ip for a in self.addresses if a.node == node)
