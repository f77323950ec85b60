"""What nodes are made of: interfaces, addresses, routes, limits, tunnels. Import-light, as `dxemu.plan.model` is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address

from dxemu.aws.lag import LacpMode
from dxemu.plan.wiring import AT_ONCE, CarrierDelay
from dxemu.units import BitsPerSecond, IPAddress, IPInterface, IPNetwork, Seconds, VlanId

MAIN_TABLE = 254
"""The kernel's main routing table: linux/rtnetlink.h, RT_TABLE_MAIN."""


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
    (short timeout, 3 s), else every 30 s (long timeout, 90 s). `lag` is the LAG's name in the topology. A member is
    out of it when it has been without light for `carrier_delay`; LACP takes it in again. `lacp` is how this end speaks
    LACP, `partner_lacp` how the other one does.
    """

    node: str
    name: str
    lag: str
    members: tuple[str, ...]
    mac: str
    mtu: int
    min_links: int
    lacp_fast: bool
    carrier_delay: CarrierDelay = AT_ONCE
    lacp: LacpMode = LacpMode.ACTIVE
    partner_lacp: LacpMode = LacpMode.ACTIVE

    @property
    def forms(self) -> bool:
        """Whether LACP can agree on it: both ends speak, and one of them first."""
        modes = (self.lacp, self.partner_lacp)
        return LacpMode.OFF not in modes and LacpMode.ACTIVE in modes

    @property
    def least_members(self) -> int:
        """How many members it needs to have carrier; more than it has, if LACP never agrees.

        A Linux bond would forward without a partner.
        """
        return self.min_links if self.forms or self.lacp is LacpMode.OFF else len(self.members) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Vrf:
    """A routing table of its own for some interfaces of a node (Linux VRF). Its BGP routes go into `table`."""

    node: str
    name: str
    table: int
    interfaces: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupRule:
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
class DeadPeerDetection:
    """An end asks after `delay` of silence, and gives its peer up after `timeout` of it; unless it never `asks`."""

    delay: Seconds
    timeout: Seconds
    asks: bool = True

    def __str__(self) -> str:
        return f"DPD {self.delay}, timeout {self.timeout}" if self.asks else "no DPD"


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelEnd:
    """One end of an IPsec tunnel: `outside` is its IKE address, `inside` the address on its xfrm interface.

    `underlay_interface` holds the outside address. `initiates`: this end starts IKE (the customer's, unless AWS's
    startup action is `start`). Without `configured` it is not set up; `pre_shared_key` is its own where that is another
    one than the tunnel's, and so are the proposals, the lifetimes and `dpd`; `networks` behind this end and
    `peer_networks` behind the other one are its traffic selectors, None: everything.
    """

    node: str
    interface: str
    underlay_interface: str
    outside: IPv4Address
    inside: IPInterface
    initiates: bool
    configured: bool = True
    pre_shared_key: str | None = field(default=None, repr=False)
    ike_proposal: str | None = None
    esp_proposal: str | None = None
    phase1_lifetime: Seconds | None = None
    phase2_lifetime: Seconds | None = None
    dpd: DeadPeerDetection | None = None
    networks: IPNetwork | None = None
    peer_networks: IPNetwork | None = None


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

    def dpd_at(self, node: str) -> DeadPeerDetection:
        """What an end has: its own, or what both have."""
        own = (end.dpd for end in self.ends if end.node == node and end.dpd is not None)
        return next(own, DeadPeerDetection(delay=self.dpd_delay, timeout=self.dpd_timeout))

    @property
    def shortest_phase2(self) -> Seconds:
        """The lifetime of keys for ESP at the end where it is the shorter one: who asks first for others."""
        return min(end.phase2_lifetime or self.phase2_lifetime for end in self.ends)


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
    """Packets longer than `longer_than` bytes that come into `node` by `interface` (port, VLAN) vanish: no ICMP."""

    node: str
    interface: str
    longer_than: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFilter:
    """Packets that come into `node` by `interface` vanish unless the way to their source leads out there again.

    That is strict reverse path forwarding (RFC 3704 section 2.2), in the table of the interface's VRF.
    """

    node: str
    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNat:
    """Packets that leave `node` by `interface` from `network` get `address` as their source, and answers find back."""

    node: str
    interface: str
    network: IPNetwork
    address: IPAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class MssClamp:
    """What begins a TCP connection through `node` by `interface`, in either direction, asks for `mss` bytes at most.

    Without an interface it is so whichever way it goes.
    """

    node: str
    interface: str | None
    mss: int


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
    """A kernel route that is there from the start and never changes. `via` None: nothing is to go there.

    With `throw` packets are looked up further, by the rules after the one that led to `table`.
    """

    node: str
    destination: IPNetwork
    via: IPAddress | None
    table: int = MAIN_TABLE
    throw: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdSession:
    """One end's own BFD parameters (RFC 5880): it sends and takes `interval`, the other end waits `detect_mult`."""

    interval: Seconds
    detect_mult: int
