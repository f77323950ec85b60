"""The plan: everything that will exist, decided before anything is started.

Import-light on purpose: the lab process inside the embedded kernel unpickles a `Plan`, and every
module it imports costs page faults there. `networkx` and pydantic stay out of here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address

from dxemu.units import Asn, BitsPerSecond, IPAddress, IPInterface, IPNetwork, Seconds, VlanId

MAIN_TABLE = 254
"""The kernel's main routing table: linux/rtnetlink.h, RT_TABLE_MAIN."""


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
class Bond:
    """One end of a link aggregation group: an 802.3ad bond over ports of one node (IEEE 802.1AX).

    With fewer than `min_links` members the bond has no carrier. `lacp_fast`: the partner is asked to send every second
    (short timeout, 3 s), else every 30 s (long timeout, 90 s). `lag` is the LAG's name in the topology.
    """

    node: str
    name: str
    lag: str
    members: tuple[str, ...]
    mac: str
    mtu: int
    min_links: int
    lacp_fast: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vrf:
    """A routing table of its own for some interfaces of a node (Linux VRF). Its BGP routes go into `table`."""

    node: str
    name: str
    table: int
    interfaces: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRule:
    """Packets that come in by `incoming` are looked up in `table` first. None: whatever comes in, last of all.

    What `table` does not have is looked up further, in the VRF's or in the main table.
    """

    node: str
    incoming: str | None
    table: int


class LimitKind(StrEnum):
    """What happens to packets beyond a rate: dropped at once (policer), or kept waiting in a queue (shaper)."""

    POLICE = "police"
    SHAPE = "shape"


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """Packets that leave `node` by `interface` (shaper), or that come in by it (policer), are held to `rate`.

    The rate counts frames with their Ethernet header, as a port's speed does. A policer lets through `burst` bytes
    at once, a shaper holds `burst` bytes at most before it drops.
    """

    node: str
    interface: str
    kind: LimitKind
    rate: BitsPerSecond
    burst: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VrrpGroup:
    """First-hop redundancy (RFC 5798, VRRPv3): the routers share `address`; the highest priority has it.

    `priorities` are by node, in order of preference. `interfaces` are the nodes' interfaces on the LAN.
    """

    virtual_router_id: int
    address: IPInterface
    advertisement_interval: Seconds
    priorities: tuple[tuple[str, int], ...]
    interfaces: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelEnd:
    """One end of an IPsec tunnel: `outside` is its IKE address, `inside` the address on its xfrm interface.

    `underlay_interface` holds the outside address. `initiates`: this end starts IKE (the customer's, unless AWS's
    startup action is `start`).
    """

    node: str
    interface: str
    underlay_interface: str
    outside: IPv4Address
    inside: IPInterface
    initiates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class IpsecTunnel:
    """One of the two tunnels of a Site-to-Site VPN connection. `ends[0]` is the customer's, `ends[1]` AWS's.

    One pair of SAs, any to any, over an xfrm interface with `if_id` at both ends. Ciphers are strongSwan's words, the
    strongest that AWS offers by default. `rate` is what AWS lets through, per direction.
    Source: Site-to-Site VPN User Guide, "Tunnel options"; read 2026-11-23.
    """

    name: str
    vpn: str
    if_id: int
    ends: tuple[TunnelEnd, TunnelEnd]
    pre_shared_key: str = field(repr=False)
    mtu: int
    rate: BitsPerSecond
    ike_proposal: str = "aes256gcm16-prfsha384-ecp384"
    esp_proposal: str = "aes256gcm16-ecp384"
    phase1_lifetime: Seconds
    phase2_lifetime: Seconds
    rekey_margin: Seconds
    dpd_delay: Seconds
    dpd_timeout: Seconds
    replay_window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An AWS public service as a host: it answers HTTP on port 80 (`s3`, `dynamodb`, `cloudfront`) or DNS (`route53`).

    `text` is what it answers: the body of the page, or an address for every question of type A.
    """

    node: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentDrop:
    """Packets longer than `longer_than` bytes that come into `node` by `interface` to be forwarded vanish: no ICMP."""

    node: str
    interface: str
    longer_than: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNat:
    """Packets that leave `node` by `interface` from `network` get `address` as their source, and answers find back."""

    node: str
    interface: str
    network: IPNetwork
    address: IPAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class VlanInterface:
    """An 802.1Q sub-interface of a port or bond."""

    node: str
    name: str
    parent: str
    vlan_id: VlanId
    mtu: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address on an interface (port, VLAN, bridge, bond, tunnel, or `lo`)."""

    node: str
    interface: str
    address: IPInterface


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRoute:
    """A kernel route that is there from the start and never changes. `via` None: nothing is to go there."""

    node: str
    destination: IPNetwork
    via: IPAddress | None
    table: int = MAIN_TABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdSession:
    """One end's own BFD parameters (RFC 5880): it sends and takes `interval`, the other end waits `detect_mult`."""

    interval: Seconds
    detect_mult: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """One speaker's end of a BGP session. `speaker` is the speaker's name, `node` where it runs.

    `import_local_pref` is set on what this end learns (None: 100, or by AWS's community rules);
    `export_communities` are added to what it sends, `export_prepend` times its own ASN is put in front once more.
    `announces` are the only prefixes that an eBGP peer may hear of; None: no such limit.
    `port` is the physical port (or bond) whose carrier this end sees; `interface` the one that holds `address`.
    `bfd` is what this end runs; None: no BFD.
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
    export_prepend: int = 0
    announces: tuple[IPNetwork, ...] | None = None
    bfd: BfdSession | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BgpSession:
    """A BGP session. `name` is the virtual interface's or tunnel's (eBGP), or the two routers' names (iBGP).

    The IPv6 session of a virtual interface is called `NAME_ipv6`. `ends[0]` is the active side (the customer's
    router), `ends[1]` the passive one (AWS's). `cables` are the cables that its packets cross: all members of a LAG.
    `connection` is the connection or LAG. `tunnel` is the IPsec tunnel that carries it. `confirmed` is False for a
    hosted virtual interface that its owner has not accepted yet.

    With `static` there is no BGP: both ends take what the other end `announces` for learnt while the tunnel is up.
    On a public virtual interface AWS accepts `route_filter_prefixes` only.
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
    """One BGP table of a node: the customer's router has one, an AWS device one for each gateway behind it.

    `name` is the node's, or `dx_1:vgw` where a node has several. Its routes go into the kernel's `table`.
    """

    name: str
    node: str
    side: Side
    asn: Asn
    router_id: IPv4Address
    originates: tuple[IPNetwork, ...]
    table: int = MAIN_TABLE


class AttachmentKind(StrEnum):
    """How routes from on-premises come to a gateway; its rules of preference compare these."""

    DIRECT_CONNECT = "Direct Connect"
    VPN_STATIC = "static VPN"
    VPN_BGP = "BGP VPN"
    PRIVATE_VPN = "private IP VPN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A gateway's way to one speaker of AWS's edge (a Direct Connect device or VPN endpoint), over AWS's own network.

    How AWS's devices tell its gateways of routes is not published. Here the gateway hears at once. The addresses are
    this link's two ends, the edge's first. `tables` are the gateway's kernel tables that the routes from there go into.
    """

    kind: AttachmentKind
    speaker: str
    device: str
    device_interface: str
    device_addresses: tuple[IPAddress, ...]
    gateway_interface: str
    gateway_addresses: tuple[IPAddress, ...]
    tables: tuple[int, ...] = (MAIN_TABLE,)


class GatewayKind(StrEnum):
    """Which rules of preference a gateway follows."""

    VIRTUAL_PRIVATE_GATEWAY = "virtual_private_gateway"
    TRANSIT_GATEWAY = "transit_gateway"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A gateway on AWS's side: it chooses among its attachments for each of the customer's prefixes.

    `prefixes` are what is behind it. Each of a transit gateway's route tables is a kernel table of its own; `fixed`
    are the prefixes, by table, that a static route decides. Nothing is installed with `route_propagation` off.
    """

    node: str
    kind: GatewayKind
    asn: Asn
    prefixes: tuple[IPNetwork, ...]
    route_propagation: bool
    attachments: tuple[Attachment, ...]
    fixed: tuple[tuple[int, IPNetwork], ...] = ()


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
    bonds: tuple[Bond, ...] = ()
    vrfs: tuple[Vrf, ...] = ()
    rules: tuple[RouteRule, ...] = ()
    limits: tuple[RateLimit, ...] = ()
    vrrp: tuple[VrrpGroup, ...] = ()
    tunnels: tuple[IpsecTunnel, ...] = ()
    services: tuple[Service, ...] = ()
    nats: tuple[SourceNat, ...] = ()
    silent_drops: tuple[SilentDrop, ...] = ()

    def node(self, name: str) -> Node:
        """Raises KeyError for an unknown name."""
        return {n.name: n for n in self.nodes}[name]

    def cable(self, name: str) -> Cable:
        """Raises KeyError for an unknown name."""
        return {c.name: c for c in self.cables}[name]

    def speaker(self, name: str) -> Speaker:
        """Raises KeyError for an unknown name."""
        return {s.name: s for s in self.speakers}[name]

    def cables_of_connection(self, connection: str) -> tuple[Cable, ...]:
        """The cables of a connection, from the customer's router to the AWS device."""
        return tuple(c for c in self.cables if c.connection == connection)

    def address_of(self, node: str, version: int = 4) -> IPAddress:
        """The first address of a node in that IP version: for a host or instance, the one that it has."""
        return next(a.address.ip for a in self.addresses if a.node == node and a.address.version == version)
