"""Virtual private gateways with their VPCs, and the edges that lead to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dxemu.aws.mtu import INSTANCE_MTU
from dxemu.plan.addressing import Links
from dxemu.plan.backbone import add_hop, attachment, delay_between, is_home_region, speed
from dxemu.plan.draft import Draft
from dxemu.plan.edge import FIRST_TABLE, Edge, vpc_cidrs
from dxemu.plan.model import MAIN_TABLE, Attachment, AttachmentKind, CableRole, Gateway, GatewayKind, Role, Side
from dxemu.plan.segment import Segment, add_segment
from dxemu.topology.model import Topology
from dxemu.topology.model_aws import VirtualPrivateGateway, Vpc
from dxemu.units import BitsPerSecond, Seconds

INSTANCE_BANDWIDTH = BitsPerSecond(25 * 10**9)
INSTANCE_DELAY = Seconds(50e-6)


def vpc_of(gateway: VirtualPrivateGateway, topology: Topology) -> Vpc:
    """The VPC that `gateway` is attached to."""
    return next(vpc for vpc in topology.aws.vpcs if vpc.name == gateway.vpc)


def used_gateways(topology: Topology) -> tuple[VirtualPrivateGateway, ...]:
    """The virtual private gateways of the file, in its order."""
    return topology.aws.virtual_private_gateways


def add_private_gateway_nodes(draft: Draft) -> None:
    """The gateways and the instances of the VPCs that they are attached to."""
    gateways = used_gateways(draft.topology)
    for gateway in gateways:
        draft.node(gateway.name, Role.GATEWAY, Side.AWS, vpc_of(gateway, draft.topology).region)
    for gateway in gateways:
        vpc = vpc_of(gateway, draft.topology)
        for instance in vpc.instances:
            draft.node(instance.name, Role.INSTANCE, Side.AWS, vpc.region)


def edges_of(gateway: str, edges: Iterable[Edge], topology: Topology) -> list[Edge]:
    """The edges whose virtual interfaces lead to `gateway`, directly or through a Direct Connect gateway."""
    through = {
        dxgw.name
        for dxgw in topology.aws.direct_connect_gateways
        if any(association.gateway == gateway for association in dxgw.associations)
    }
    return [edge for edge in edges if edge.gateway == gateway or edge.gateway in through]


def add_private_gateways(
    draft: Draft, edges: Iterable[Edge], vpn_attachments: dict[str, list[Attachment]], links: Links
) -> None:
    """Each virtual private gateway with its links to the edges, and the edges' routes to the VPC."""
    topology = draft.topology
    edges = list(edges)
    for gateway in used_gateways(topology):
        cidrs = vpc_cidrs(topology, gateway.name)
        region = vpc_of(gateway, topology).region
        ipv6 = any(cidr.version == 6 for cidr in cidrs)  # noqa: PLR2004
        attachments: list[Attachment] = []
        for edge in edges_of(gateway.name, edges, topology):
            hop = add_hop(
                draft,
                links,
                edge.device,
                gateway.name,
                delay_between(topology, draft.nodes[edge.device].place, region),
                ipv6=ipv6,
                **edge.hop_names(gateway.name),
            )
            edge.gateway_interfaces.append(hop.cable.a.name)
            edge.prefixes += [(cidr, hop.far_of(cidr.version)) for cidr in cidrs]
            attachments.append(
                attachment(
                    hop,
                    AttachmentKind.DIRECT_CONNECT,
                    edge.name,
                    through=None if edge.gateway == gateway.name else edge.gateway,
                    mtu=edge.mtu,
                    home_region=is_home_region(
                        topology, draft.nodes[edge.device].place, region, site_link=edge.site_link
                    ),
                )
            )
        made = Gateway(
            node=gateway.name,
            kind=GatewayKind.VIRTUAL_PRIVATE_GATEWAY,
            asn=gateway.asn,
            prefixes=cidrs,
            route_propagation=gateway.route_propagation,
            attachments=(*attachments, *vpn_attachments.get(gateway.name, ())),
            local=cidrs,
        )
        draft.gateways.append(_with_vpc_table(made, vpc_of(gateway, topology)))


def _with_vpc_table(gateway: Gateway, vpc: Vpc) -> Gateway:
    """The same; if the VPC has static routes, with a table of the VPC's own."""
    if not vpc.static_routes:
        return gateway
    return replace(
        gateway,
        attachments=tuple(replace(a, tables=(MAIN_TABLE, FIRST_TABLE)) for a in gateway.attachments),
        fixed=tuple((FIRST_TABLE, prefix) for prefix, _ in vpc.static_routes),
        vpc_table=FIRST_TABLE,
    )


def add_vpcs(draft: Draft) -> None:
    """The instances on their virtual private gateway."""
    for gateway in used_gateways(draft.topology):
        add_instances(draft, gateway.name, vpc_of(gateway, draft.topology))
    for made in draft.gateways:
        if made.vpc_table is not None:
            _fill_vpc_table(draft, made, made.vpc_table)


def _fill_vpc_table(draft: Draft, gateway: Gateway, table: int) -> None:
    """What is in a VPC's route table goes on to the gateway's, by which local addresses are reached, too."""
    static = [prefix for _, prefix in gateway.fixed]
    with_default = {prefix.version for prefix in static if not prefix.prefixlen}
    draft.nowhere_else(gateway.node, table, {own.version for own in gateway.local} - with_default)
    for prefix in (*gateway.local, *static):
        draft.throw(gateway.node, prefix, table)
    here = (held for held in draft.addresses if held.node == gateway.node)
    for interface in sorted({held.interface for held in here if held.address.network in gateway.local}):
        draft.rule(gateway.node, interface, table)


def add_instances(draft: Draft, router: str, vpc: Vpc) -> None:
    """The instances of `vpc` behind `router`."""
    add_segment(
        draft,
        Segment(
            name="vpc",
            router=router,
            hosts=vpc.instances,
            networks=vpc.cidrs,
            role=CableRole.VPC,
            bandwidth=BitsPerSecond(max(INSTANCE_BANDWIDTH, speed(draft.topology))),
            delay=INSTANCE_DELAY,
            mtu=INSTANCE_MTU,
        ),
    )
