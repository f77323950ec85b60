"""The plan: everything that will exist, decided before anything is started.

Import-light on purpose: the lab process inside the embedded kernel unpickles a `Plan`, and every
module it imports costs page faults there. `networkx` and pydantic stay out of here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from ipaddress import IPv4Address

from dxemu.aws.attachments import AttachmentKind
from dxemu.aws.quotas import Quota
from dxemu.plan.gateway import Attachment, Gateway, GatewayKind
from dxemu.plan.parts import (
    MAIN_TABLE,
    Address,
    BfdSession,
    Bond,
    Bridge,
    IpsecTunnel,
    LimitKind,
    RateLimit,
    RouteRule,
    Service,
    SilentDrop,
    SourceFilter,
    SourceNat,
    StaticRoute,
    TunnelEnd,
    VlanInterface,
    Vrf,
    VrrpGroup,
)
from dxemu.plan.versions import Versions
from dxemu.units import Asn, BitsPerSecond, IPAddress, IPNetwork, Seconds

__all__ = [
    "MAIN_TABLE",
    "Address",
    "Attachment",
    "AttachmentKind",
    "BfdSession",
    "BgpSession",
    "Bond",
    "Bridge",
    "Cable",
    "CableRole",
    "Gateway",
    "GatewayKind",
    "IpsecTunnel",
    "LimitKind",
    "Node",
    "Plan",
    "Port",
    "RateLimit",
    "Role",
    "RouteRule",
    "Service",
    "SessionEnd",
    "Side",
    "SilentDrop",
    "SourceFilter",
    "SourceNat",
    "Speaker",
    "StaticRoute",
    "TunnelEnd",
    "VlanInterface",
    "Vrf",
    "VrrpGroup",
]


class Role(StrEnum):
    """What a node is."""

    HOST = "host"
    SWITCH = "switch"
    ROUTER = "router"
    CARRIER = "carrier"
    INTERNET = "internet"
    DX_DEVICE = "dx_device"
    VPN_ENDPOINT = "vpn_endpoint"
    GATEWAY = "gateway"
    VPC = "vpc"
    INSTANCE = "instance"
    SERVICE = "service"


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
    INTERNET = "internet"


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

    `connection` names the Direct Connect connection that runs over it, if any; `carrier` who a circuit is rented from.
    """

    name: str
    role: CableRole
    a: Port
    b: Port
    bandwidth: BitsPerSecond
    delay: Seconds
    mtu: int
    connection: str | None = None
    carrier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """One speaker's end of a BGP session. `speaker` is the speaker's name, `node` where it runs.

    `import_local_pref` is set on what this end learns (None: 100, or by AWS's community rules);
    `export_communities` are added to what it sends, `export_prepend` times its own ASN is put in front once more.
    `export_med` goes with it; without `send_communities` no community does.
    `announces` are the only prefixes that an eBGP peer may hear of, `accepts` what it takes from there; None: no such
    limit. `allow_as_in` times the own ASN may be in the AS_PATH of what is taken.
    `port` is the physical port (or bond) whose carrier this end sees; `interface` the one that holds `address`.
    `bfd` is what this end runs; None: no BFD. `hold_time` is what it offers, `keepalive` how often it sends one;
    None: the session's. `graceful_restart` is the restart time that it offers; None: none.
    """

    speaker: str
    node: str
    interface: str
    port: str
    address: IPAddress
    asn: Asn
    passive: bool
    import_local_pref: int | None = None
    export_communities: tuple[str, ...] = ()
    send_communities: bool = True
    export_prepend: int = 0
    export_med: int | None = None
    announces: tuple[IPNetwork, ...] | None = None
    accepts: tuple[IPNetwork, ...] | None = None
    allow_as_in: int = 0
    bfd: BfdSession | None = None
    hold_time: Seconds | None = None
    keepalive: Seconds | None = None
    graceful_restart: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpSession:
    """A BGP session. `name` is the virtual interface's or tunnel's (eBGP), or the two routers' names (iBGP).

    The IPv6 session of a virtual interface is called `NAME_ipv6`. `ends[0]` is the active side (the customer's
    router), `ends[1]` the passive one (AWS's). `cables` are the cables that its packets cross: all members of a LAG.
    `connection` is the connection or LAG. `tunnel` is the IPsec tunnel that carries it. `confirmed` is False for a
    hosted virtual interface that its owner has not accepted yet.

    With `static` there is no BGP: both ends take what the other end `announces` for learnt while the tunnel is up.
    On a public virtual interface AWS accepts `route_filter_prefixes` only. `prefix_quota` is how many prefixes AWS's
    end takes; None: any number. With `until_bfd_down` a graceful restart is given up when BFD goes down.
    """

    name: str
    virtual_interface: str | None
    connection: str | None
    ends: tuple[SessionEnd, SessionEnd]
    hold_time: Seconds
    keepalive: Seconds
    auth_key: str | None = field(repr=False)
    cables: tuple[str, ...]
    tunnel: str | None = None
    confirmed: bool = True
    static: bool = False
    route_filter_prefixes: tuple[IPNetwork, ...] | None = None
    prefix_quota: Quota | None = None
    until_bfd_down: bool = False

    @property
    def restarts_gracefully(self) -> bool:
        """Whether both ends offer graceful restart."""
        return all(end.graceful_restart is not None for end in self.ends)

    @property
    def external(self) -> bool:
        """Whether it is eBGP."""
        return self.ends[0].asn != self.ends[1].asn

    def keepalive_of(self, end: SessionEnd) -> Seconds:
        """How often `end` sends a KEEPALIVE."""
        return end.keepalive if end.keepalive is not None else self.keepalive

    @property
    def has_bfd(self) -> bool:
        """Whether BFD watches over it: both ends run it, or none."""
        return self.ends[0].bfd is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """One BGP table of a node: the customer's router has one, an AWS device one for each gateway behind it.

    `name` is the node's, or `dx_1:vgw` where a node has several. Its routes go into the kernel's `table`; up to
    `maximum_paths` that are level share the flows (multipath).
    With `site_link` it passes on what it hears from the customer to the other virtual interfaces with SiteLink.
    `region` is the one that an AWS device's location is associated with; `tags` are the communities that AWS gives to
    its public prefixes there.
    """

    name: str
    node: str
    side: Side
    asn: Asn
    router_id: IPv4Address
    originates: tuple[IPNetwork, ...]
    table: int = MAIN_TABLE
    maximum_paths: int = 1
    site_link: bool = False
    region: str = ""
    tags: tuple[tuple[IPNetwork, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All of it. Names are unique over nodes, and over cables; order is the order of creation.

    `versions` are those of the daemons that will run: what is predicted follows their rules.
    What is looked up by name is indexed when it is first asked for; a copy, and what is pickled, begins without.
    """

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
    bonds: tuple[Bond, ...] = ()
    vrfs: tuple[Vrf, ...] = ()
    rules: tuple[RouteRule, ...] = ()
    limits: tuple[RateLimit, ...] = ()
    vrrp: tuple[VrrpGroup, ...] = ()
    tunnels: tuple[IpsecTunnel, ...] = ()
    services: tuple[Service, ...] = ()
    nats: tuple[SourceNat, ...] = ()
    silent_drops: tuple[SilentDrop, ...] = ()
    source_filters: tuple[SourceFilter, ...] = ()
    versions: Versions = field(default_factory=Versions)

    def __getstate__(self) -> dict[str, object]:
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    @cached_property
    def _nodes(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def _cables(self) -> dict[str, Cable]:
        return {cable.name: cable for cable in self.cables}

    @cached_property
    def _speakers(self) -> dict[str, Speaker]:
        return {speaker.name: speaker for speaker in self.speakers}

    @cached_property
    def _cables_at(self) -> dict[tuple[str, str], Cable]:
        return {(port.node, port.name): cable for cable in self.cables for port in (cable.a, cable.b)}

    @cached_property
    def _bonds(self) -> dict[tuple[str, str], Bond]:
        return {(bond.node, bond.name): bond for bond in self.bonds}

    @cached_property
    def _addresses(self) -> dict[str, list[Address]]:
        found: dict[str, list[Address]] = {}
        for held in self.addresses:
            found.setdefault(held.node, []).append(held)
        return found

    @cached_property
    def _own_static_routes(self) -> dict[str, tuple[StaticRoute, ...]]:
        return {
            node.name: tuple(r for r in self.static_routes if r.node == node.name and r.table == MAIN_TABLE)
            for node in self.nodes
            if node.role is Role.ROUTER and node.side is Side.CUSTOMER
        }

    def node(self, name: str) -> Node:
        """Raises KeyError for an unknown name."""
        return self._nodes[name]

    def cable(self, name: str) -> Cable:
        """Raises KeyError for an unknown name."""
        return self._cables[name]

    def speaker(self, name: str) -> Speaker:
        """Raises KeyError for an unknown name."""
        return self._speakers[name]

    def speaker_named(self, name: str) -> Speaker | None:
        """The speaker of that name; None for a node that is none of ours."""
        return self._speakers.get(name)

    def cable_at(self, node: str, port: str) -> Cable:
        """The cable in a port. Raises KeyError if there is none."""
        return self._cables_at[node, port]

    def bond_at(self, node: str, interface: str) -> Bond | None:
        """The bond that an interface is; None if it is none."""
        return self._bonds.get((node, interface))

    def addresses_of(self, node: str) -> Sequence[Address]:
        """All that a node holds, in the plan's order."""
        return self._addresses.get(node, ())

    def own_static_routes(self, node: str) -> tuple[StaticRoute, ...]:
        """The static routes of a router of the customer's; of any other node none.

        They have a lower administrative distance than BGP, so they win over its routes to the same prefix. They are
        there while their interface has light. Source: RFC 1812 section 5.2.4; 1 against 20 and 200 with every vendor.
        """
        return self._own_static_routes.get(node, ())

    def cables_of_connection(self, connection: str) -> tuple[Cable, ...]:
        """The cables of a connection, from the customer's router to the AWS device."""
        return tuple(c for c in self.cables if c.connection == connection)

    def address_of(self, node: str, version: int = 4) -> IPAddress:
        """The first address of a node in that IP version: for a host or instance, the one that it has."""
        return next(held.address.ip for held in self.addresses_of(node) if held.address.version == version)
