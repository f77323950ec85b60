"""The topology file's `aws`, key by key."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from dxemu.aws.addresses import MOST_SYNTHETIC
from dxemu.aws.asn import DEFAULT_AMAZON_SIDE
from dxemu.aws.direct_connect_gateway import SUPERNET_EXCEPTION
from dxemu.topology.entry import Entry, empty_is_mapping
from dxemu.topology.fields import Address, Addresses, AnyNetwork, Delay, Network, Switch
from dxemu.units import IPNetwork, Seconds


class LocationEntry(Entry):
    """A Direct Connect location and AWS's devices there."""

    devices: list[str] = Field(description="AWS's devices there", min_length=1, examples=["[dx_1, dx_2]"])
    region: str | None = Field(description="that of `aws` if it is left out", default=None, examples=["us-east-1"])
    campus: str | None = Field(
        description="a name that buildings of one campus share: AWS's resiliency models count them as one location",
        default=None,
        examples=["ashburn"],
    )
    delay_to_region: Delay = Field(description="one way", default_factory=lambda: Seconds(0.001), examples=["1 ms"])


class VpcEntry(Entry):
    """A VPC."""

    cidr: Network = Field(description="its network", examples=["172.31.0.0/16"])
    secondary_cidrs: list[Network] = Field(
        description="further ones, up to 4", default_factory=list, examples=["[100.64.0.0/16]"]
    )
    ipv6_cidr: AnyNetwork | None = Field(description="its IPv6 network", default=None, examples=["2001:db8:aaaa::/56"])
    region: str | None = Field(description="that of `aws` if it is left out", default=None, examples=["us-east-1"])
    instances: dict[str, Addresses] = Field(
        description="by name: an address, or one of each IP version",
        default_factory=dict,
        examples=["{web: 172.31.1.10}"],
    )
    static_routes: dict[str, str] | None = Field(
        description="by network: the VPC's gateway; a default route to a transit gateway if left out",
        default=None,
        examples=["{0.0.0.0/0: vgw}"],
    )

    @property
    def cidrs(self) -> tuple[IPNetwork, ...]:
        """All its networks, the IPv6 one last."""
        return (self.cidr, *self.secondary_cidrs, *(() if self.ipv6_cidr is None else (self.ipv6_cidr,)))


class VirtualPrivateGatewayEntry(Entry):
    """A virtual private gateway, attached to one VPC."""

    asn: int = Field(description="Amazon's side", default=int(DEFAULT_AMAZON_SIDE), examples=["64512"])
    vpc: str = Field(description="that it is attached to", examples=["prod"])
    route_propagation: Switch = Field(
        description="whether the VPC's route table learns its routes; off, as at AWS", default=False, examples=["on"]
    )


class AssociationEntry(Entry):
    """A gateway behind a Direct Connect gateway."""

    allowed_prefixes: list[AnyNetwork] | None = Field(
        description="filter those of a virtual private gateway; are what is announced for a transit gateway",
        default=None,
        examples=["[172.31.0.0/16]"],
    )


class DirectConnectGatewayEntry(Entry):
    """A Direct Connect gateway."""

    asn: int = Field(description="Amazon's side", default=int(DEFAULT_AMAZON_SIDE), examples=["64512"])
    supernet_exception: Switch = Field(
        description="whether VPCs inside a network that you announce reach each other",
        default=SUPERNET_EXCEPTION,
        examples=["off"],
    )
    associations: dict[str, Annotated[AssociationEntry, BeforeValidator(empty_is_mapping)]] = Field(
        description="gateways behind it, by name; none: for SiteLink only",
        default_factory=dict,
        examples=["{vgw: {allowed_prefixes: [172.31.0.0/16]}}"],
    )


class RouteTableEntry(Entry):
    """A route table of a transit gateway. Attachments go by the name of their VPC, Direct Connect gateway or VPN."""

    associations: list[str] = Field(
        description="names of VPCs, Direct Connect gateways, VPNs whose packets are looked up here",
        default_factory=list,
        examples=["[prod]"],
    )
    propagations: list[str] = Field(
        description="of those whose routes are learnt here", default_factory=list, examples=["[dxgw, prod]"]
    )
    static_routes: dict[str, str] = Field(
        description="by network: an attachment, or `blackhole`",
        default_factory=dict,
        examples=["{10.9.0.0/16: blackhole}"],
    )


class TransitGatewayEntry(Entry):
    """A transit gateway. Without `route_tables` there is one, which every attachment is associated with and feeds."""

    asn: int = Field(description="Amazon's side", default=int(DEFAULT_AMAZON_SIDE), examples=["64513"])
    region: str | None = Field(description="that of `aws` if it is left out", default=None, examples=["us-east-1"])
    cidr_blocks: list[Network] = Field(
        description="for private IP VPNs", default_factory=list, examples=["[10.255.0.0/24]"]
    )
    attachments: list[str] = Field(description="VPCs", min_length=1, examples=["[prod, dev]"])
    vpn_ecmp_support: Switch = Field(
        description="tunnels of BGP VPNs that are level share the flows", default=True, examples=["off"]
    )
    route_tables: dict[str, RouteTableEntry] = Field(
        description="by name", default_factory=dict, examples=["{main: {associations: [prod], propagations: [dxgw]}}"]
    )


class PublicServiceEntry(Entry):
    """A public service of AWS's."""

    service: Literal["s3", "dynamodb", "cloudfront", "route53"] = Field(description="which one", examples=["s3"])
    region: str | None = Field(description="that of `aws` if it is left out", default=None, examples=["us-east-1"])
    prefix: Network = Field(description="what AWS announces for it", examples=["52.216.0.0/16"])
    address: Address = Field(description="where it answers", examples=["52.216.1.1"])


class AwsEntry(Entry):
    """AWS's side."""

    region: str = Field(description="from which delays between Regions are counted", examples=["us-east-1"])
    region_delays: dict[str, Delay] = Field(
        description="by Region, one way", default_factory=dict, examples=["{us-west-2: 30 ms}"]
    )
    region_pair_delays: dict[str, dict[str, Delay]] = Field(
        description="by two other Regions, one way; without it over `region`, or by their distance if that is less",
        default_factory=dict,
        examples=["{us-west-2: {eu-west-1: 65 ms}}"],
    )
    locations: dict[str, LocationEntry] = Field(
        description="Direct Connect locations, by code", min_length=1, examples=["{EqDC2: {devices: [dx_1, dx_2]}}"]
    )
    vpcs: dict[str, VpcEntry] = Field(
        description="by name", default_factory=dict, examples=["{prod: {cidr: 172.31.0.0/16}}"]
    )
    virtual_private_gateways: dict[str, VirtualPrivateGatewayEntry] = Field(
        description="by name", default_factory=dict, examples=["{vgw: {vpc: prod, route_propagation: on}}"]
    )
    direct_connect_gateways: dict[str, DirectConnectGatewayEntry] = Field(
        description="by name", default_factory=dict, examples=["{dxgw: {asn: 64512, associations: {vgw: {}}}}"]
    )
    transit_gateways: dict[str, TransitGatewayEntry] = Field(
        description="by name", default_factory=dict, examples=["{tgw: {asn: 64513, attachments: [prod]}}"]
    )
    public_services: dict[str, PublicServiceEntry] = Field(
        description="by name",
        default_factory=dict,
        examples=["{s3_east: {service: s3, prefix: 52.216.0.0/16, address: 52.216.1.1}}"],
    )
    public_prefix_count: int = Field(
        description="so many made-up /29s of 198.18.0.0/16 are announced, too, spread over the Regions",
        default=0,
        ge=0,
        le=MOST_SYNTHETIC,
        examples=["300"],
    )
    internet_hosts: dict[str, Address] = Field(
        description="by name: an address", default_factory=dict, examples=["{stranger: 192.0.2.200}"]
    )
