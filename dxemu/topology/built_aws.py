"""AWS's side of a topology file -> Aws."""

from __future__ import annotations

from ipaddress import ip_network

from dxemu.topology.file_aws import AwsEntry, TransitGatewayEntry, VpcEntry
from dxemu.topology.model import Host
from dxemu.topology.model_aws import (
    Association,
    Aws,
    DirectConnectGateway,
    Location,
    PublicService,
    TransitGateway,
    TransitGatewayRouteTable,
    VirtualPrivateGateway,
    Vpc,
)
from dxemu.units import Asn

BLACKHOLE = "blackhole"


def aws(entry: AwsEntry) -> Aws:
    """Everything under `aws`."""
    return Aws(
        region=entry.region,
        region_delays=dict(entry.region_delays),
        region_pair_delays={
            frozenset({one, other}): delay
            for one, others in entry.region_pair_delays.items()
            for other, delay in others.items()
        },
        locations=tuple(
            Location(
                code=code,
                devices=tuple(at.devices),
                region=at.region or entry.region,
                delay_to_region=at.delay_to_region,
                campus=at.campus,
            )
            for code, at in entry.locations.items()
        ),
        vpcs=tuple(_vpc(key, vpc, entry.region) for key, vpc in entry.vpcs.items()),
        virtual_private_gateways=tuple(
            VirtualPrivateGateway(name=key, asn=Asn(vgw.asn), vpc=vgw.vpc, route_propagation=vgw.route_propagation)
            for key, vgw in entry.virtual_private_gateways.items()
        ),
        direct_connect_gateways=tuple(
            DirectConnectGateway(
                name=key,
                asn=Asn(dxgw.asn),
                associations=tuple(
                    Association(
                        gateway=name,
                        allowed_prefixes=None if with_.allowed_prefixes is None else tuple(with_.allowed_prefixes),
                    )
                    for name, with_ in dxgw.associations.items()
                ),
                supernet_exception=dxgw.supernet_exception,
            )
            for key, dxgw in entry.direct_connect_gateways.items()
        ),
        transit_gateways=tuple(_transit_gateway(key, tgw, entry) for key, tgw in entry.transit_gateways.items()),
        public_services=tuple(
            PublicService(name=key, kind=s.service, region=s.region or entry.region, address=s.address, prefix=s.prefix)
            for key, s in entry.public_services.items()
        ),
        internet_hosts=tuple(Host(name=key, addresses=(address,)) for key, address in entry.internet_hosts.items()),
        public_prefix_count=entry.public_prefix_count,
    )


def _vpc(name: str, vpc: VpcEntry, region: str) -> Vpc:
    return Vpc(
        name=name,
        region=vpc.region or region,
        cidrs=vpc.cidrs,
        instances=tuple(Host(name=key, addresses=addresses) for key, addresses in vpc.instances.items()),
        static_routes=None
        if vpc.static_routes is None
        else tuple((ip_network(prefix), to) for prefix, to in vpc.static_routes.items()),
    )


def _transit_gateway(name: str, tgw: TransitGatewayEntry, entry: AwsEntry) -> TransitGateway:
    return TransitGateway(
        name=name,
        asn=Asn(tgw.asn),
        region=tgw.region or entry.region,
        cidr_blocks=tuple(tgw.cidr_blocks),
        attachments=tuple(tgw.attachments),
        vpn_ecmp_support=tgw.vpn_ecmp_support,
        route_tables=tuple(
            TransitGatewayRouteTable(
                name=key,
                associations=tuple(table.associations),
                propagations=tuple(table.propagations),
                static_routes=tuple(
                    (ip_network(prefix), None if to == BLACKHOLE else to) for prefix, to in table.static_routes.items()
                ),
            )
            for key, table in tgw.route_tables.items()
        ),
    )
