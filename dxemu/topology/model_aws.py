"""AWS's side of a topology, as the user wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from dxemu.aws.virtual_interface import VifType as VifType
from dxemu.topology.model_parts import Bfd as Bfd
from dxemu.topology.model_parts import Circuit as Circuit
from dxemu.topology.model_parts import Host as Host
from dxemu.topology.model_parts import InternetAccess as InternetAccess
from dxemu.topology.model_parts import Vrrp as Vrrp
from dxemu.units import Asn, IPNetwork, Seconds

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A Direct Connect location: AWS devices (`awsLogicalDeviceId`), its Region, and the distance to it (one way).

    Buildings of one `campus` stand beside each other; None: alone.
    """

    code: str
    devices: tuple[str, ...]
    region: str
    delay_to_region: Seconds
    campus: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vpc:
    """A VPC with its instances.

    `static_routes` of its main route table are by prefix: the gateway attached to it. None: the file says nothing of
    them, which with a transit gateway means a default route to it.
    """

    name: str
    region: str
    cidrs: tuple[IPNetwork, ...]
    instances: tuple[Host, ...]
    static_routes: tuple[tuple[IPNetwork, str], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualPrivateGateway:
    """A VGW attached to one VPC. `route_propagation` is off by default at AWS."""

    name: str
    asn: Asn
    vpc: str
    route_propagation: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitGatewayRouteTable:
    """Attachments whose packets are looked up here, and those whose routes are propagated to it.

    An attachment is named by its VPC, Direct Connect gateway or VPN. `static_routes` are by prefix; None: blackhole.
    """

    name: str
    associations: tuple[str, ...]
    propagations: tuple[str, ...]
    static_routes: tuple[tuple[IPNetwork, str | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitGateway:
    """A transit gateway with the VPCs attached to it. `cidr_blocks` hold the outside addresses of private IP VPNs.

    With `vpn_ecmp_support` (AWS `VpnEcmpSupport`) tunnels of BGP VPNs that are level share the flows.
    """

    name: str
    asn: Asn
    region: str
    cidr_blocks: tuple[IPv4Network, ...]
    attachments: tuple[str, ...]
    route_tables: tuple[TransitGatewayRouteTable, ...]
    vpn_ecmp_support: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A gateway behind a Direct Connect gateway.

    `allowed_prefixes` filter a virtual private gateway's prefixes (None: all of them), and are what is announced,
    literally, for a transit gateway.
    """

    gateway: str
    allowed_prefixes: tuple[IPNetwork, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectConnectGateway:
    """A Direct Connect gateway: a global object of the control plane; packets go from the device to the Region.

    With `supernet_exception` a network that the customer announces lets the VPCs inside it reach each other.
    """

    name: str
    asn: Asn
    associations: tuple[Association, ...]
    supernet_exception: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicService:
    """An AWS public service in a Region: `kind` is `s3`, `dynamodb`, `cloudfront` or `route53`."""

    name: str
    kind: str
    region: str
    address: IPv4Address
    prefix: IPv4Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """AWS's side. `region_delays` are one way from `region`, `region_pair_delays` between two others.

    `public_prefix_count` made-up prefixes are announced.
    """

    region: str
    region_delays: Mapping[str, Seconds]
    region_pair_delays: Mapping[frozenset[str], Seconds]
    locations: tuple[Location, ...]
    vpcs: tuple[Vpc, ...]
    virtual_private_gateways: tuple[VirtualPrivateGateway, ...]
    direct_connect_gateways: tuple[DirectConnectGateway, ...]
    transit_gateways: tuple[TransitGateway, ...]
    public_services: tuple[PublicService, ...]
    internet_hosts: tuple[Host, ...]
    public_prefix_count: int = 0
