"""What the user wrote, as frozen values. Nothing here is computed: that is `dxemu.plan`'s work.

`Topology.marks` knows where in the file each value stands, by its path of keys.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv4Network
from typing import TYPE_CHECKING, Protocol

from dxemu.aws.lag import LacpMode
from dxemu.aws.quotas import ROUTES_PRIVATE
from dxemu.aws.virtual_interface import VifType as VifType
from dxemu.topology.marks import Marks
from dxemu.topology.model_aws import Aws
from dxemu.topology.model_ends import CustomerEnd
from dxemu.topology.model_parts import Bfd as Bfd
from dxemu.topology.model_parts import Circuit as Circuit
from dxemu.topology.model_parts import Host as Host
from dxemu.topology.model_parts import InternetAccess as InternetAccess
from dxemu.topology.model_parts import Vrrp as Vrrp
from dxemu.topology.model_routing import CustomerPolicy, GracefulRestartMode, RouterSettings
from dxemu.topology.model_vpn import Vpn as Vpn
from dxemu.topology.model_vpn import VpnTunnel as VpnTunnel
from dxemu.units import Asn, BitsPerSecond, IPNetwork, Seconds, VlanId

if TYPE_CHECKING:
    from dxemu.topology.yaml import Tree  # what reads files is not imported for a type


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCenter:
    """The customer's premises: networks that are announced to AWS, hosts in them, routers.

    `public_networks` are the customer's own public prefixes, which are announced on public virtual interfaces only.
    The hosts are on the first router, or with `vrrp` on a LAN with all of them.
    """

    networks: tuple[IPNetwork, ...]
    public_networks: tuple[IPNetwork, ...]
    hosts: tuple[Host, ...]
    routers: tuple[str, ...]
    vrrp: Vrrp | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Colocation:
    """The customer's side of a Direct Connect location.

    With `routers` empty the file said `colocation: circuit`: a carrier extends layer 2 from the AWS
    port to the data centre, and the data centre's own router speaks BGP to AWS. With `networks` it is a site of its
    own, whose hosts are on the first router. `asn` is that of its routers (None: the customer's).
    """

    location: str
    routers: tuple[str, ...]
    asn: Asn | None = None
    networks: tuple[IPNetwork, ...] = ()
    hosts: tuple[Host, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Everything on the customer's side."""

    asn: Asn
    data_center: DataCenter
    colocations: tuple[Colocation, ...]
    circuits: tuple[Circuit, ...]
    internet: tuple[InternetAccess, ...]
    router_settings: tuple[RouterSettings, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCustomer:
    """Another customer of AWS's with a public virtual interface of their own, at the same location."""

    name: str
    asn: Asn
    location: str
    device: str
    network: IPv4Network
    host: Host


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """A port on an AWS device, cross-connected to a customer router's port.

    Dedicated, or with `hosted` a part of a partner's port (the interconnect, whose speed is `interconnect`), policed
    to `bandwidth`. `lag` names the link aggregation group that it is a member of. `owner_account` is empty for the
    customer's own account. `carrier_delay` and `carrier_delay_up` are those of the customer's port; None: its router's.
    """

    name: str
    location: str
    device: str
    router: str
    bandwidth: BitsPerSecond
    lag: str | None
    hosted: bool
    interconnect: BitsPerSecond | None
    owner_account: str
    carrier_delay: Seconds | None = None
    carrier_delay_up: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """A link aggregation group. With fewer than `minimum_links` members that work all of it goes down.

    `lacp_fast`: LACP's short timeout, 3 s, instead of 90 s. AWS does not publish which one it uses. Its end is active,
    the customer's is what `customer_lacp` says.
    """

    name: str
    minimum_links: int
    lacp_fast: bool
    customer_lacp: LacpMode = LacpMode.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualInterface:
    """A virtual interface. Addresses and key are None where AWS would choose them.

    `connection` names a connection or a LAG. `gateway` is None on a public one. With `ipv6` there is an IPv6 session
    beside the IPv4 one on the same VLAN. `confirmed` is False for a hosted one that nobody has accepted yet. With
    `site_link` AWS carries packets between it and the others with SiteLink on its Direct Connect gateway. Without
    `amazon_enabled` AWS has taken its BGP sessions down, as in a failover test.
    `customer_end` is what the customer's router has configured otherwise.
    `prefix_pool_allocated_count_ipv4` and `_ipv6` are what the customer may announce on a private or transit one.
    """

    name: str
    type: VifType
    connection: str
    vlan: VlanId
    gateway: str | None
    asn: Asn
    amazon_address: IPv4Interface | None
    customer_address: IPv4Interface | None
    ipv6: bool
    auth_key: str | None = field(repr=False)
    bfd: Bfd | None
    hold_time: Seconds
    keepalive: Seconds
    graceful_restart: GracefulRestartMode = GracefulRestartMode.OFF
    mtu: int
    route_filter_prefixes: tuple[IPv4Network, ...]
    owner_account: str
    confirmed: bool
    customer: CustomerPolicy
    customer_end: CustomerEnd = field(default_factory=CustomerEnd)
    amazon_enabled: bool = True
    site_link: bool = False
    prefix_pool_allocated_count_ipv4: int = ROUTES_PRIVATE.most
    prefix_pool_allocated_count_ipv6: int = ROUTES_PRIVATE.most

    @property
    def in_service(self) -> bool:
        """Whether it carries packets while nothing is broken: accepted, switched on at both ends, which fit."""
        fits = self.customer_end.fits(6 if self.ipv6 else 4)
        return self.confirmed and self.customer.enabled and self.amazon_enabled and fits


class Changeable(Protocol):
    """What a topology was made of: a `dxemu.topology.document.Document`."""

    def changed(self, patch: Tree) -> Changeable:
        """The same with a patch laid over it."""

    def topology(self) -> Topology:
        """The design. Raises InputErrors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """One complete design. `name` is the file's name without its ending. Mappings keep the file's order.

    `document` is what it was made of, with which a change can be tried; None: nobody has kept it.
    """

    name: str
    story: str
    customer: Customer
    other_customers: tuple[OtherCustomer, ...]
    aws: Aws
    connections: tuple[Connection, ...]
    lags: tuple[Lag, ...]
    virtual_interfaces: tuple[VirtualInterface, ...]
    vpns: tuple[Vpn, ...]
    marks: Marks = field(repr=False, compare=False)
    document: Changeable | None = field(default=None, repr=False, compare=False)
