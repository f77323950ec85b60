"""AWS's side of a plan behind the devices: backbone, gateways, VPCs."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.plan.addressing import Peers
from dxemu.plan.connections import connection_of, device_of
from dxemu.plan.draft import Draft
from dxemu.plan.model import BackboneLink, CableRole, Gateway, Role, Side
from dxemu.plan.segment import Segment, add_segment
from dxemu.topology.model import Topology, VirtualPrivateGateway, Vpc
from dxemu.units import BitsPerSecond, Seconds

BACKBONE_BANDWIDTH = BitsPerSecond(100 * 10**9)
BACKBONE_MTU = 9100
INSTANCE_BANDWIDTH = BitsPerSecond(25 * 10**9)
INSTANCE_DELAY = Seconds(50e-6)
INSTANCE_MTU = 9001
"""Jumbo frames are the default inside a VPC (EC2 User Guide, "Network MTU for your EC2 instance")."""


def attached_vpcs(gateway: VirtualPrivateGateway, topology: Topology) -> tuple[Vpc, ...]:
    """The VPC that `gateway` is attached to."""
    return tuple(vpc for vpc in topology.aws.vpcs if vpc.name == gateway.vpc)


def devices_of(gateway: VirtualPrivateGateway, topology: Topology) -> tuple[str, ...]:
    """The devices with a virtual interface to `gateway`, in the order of the virtual interfaces."""
    vifs = (vif for vif in topology.virtual_interfaces if vif.gateway == gateway.name)
    return tuple(dict.fromkeys(device_of(connection_of(vif, topology), topology) for vif in vifs))


def add_aws_nodes(draft: Draft) -> None:
    """The gateways and the instances of the VPCs that they are attached to."""
    aws = draft.topology.aws
    for gateway in aws.virtual_private_gateways:
        draft.node(gateway.name, Role.GATEWAY, Side.AWS, aws.region)
    for gateway in aws.virtual_private_gateways:
        for vpc in attached_vpcs(gateway, draft.topology):
            for instance in vpc.instances:
                draft.node(instance.name, Role.INSTANCE, Side.AWS, aws.region)


def add_backbone(draft: Draft, links: Iterator[Peers]) -> tuple[Gateway, ...]:
    """Each gateway with its links to the devices, and the devices' routes to the VPCs."""
    gateways = []
    for gateway in draft.topology.aws.virtual_private_gateways:
        cidrs = tuple(vpc.cidr for vpc in attached_vpcs(gateway, draft.topology))
        backbone = []
        for device in devices_of(gateway, draft.topology):
            link = _backbone_link(draft, gateway.name, device, next(links))
            for cidr in cidrs:
                draft.static_route(device, cidr, link.gateway_address)
            backbone.append(link)
        gateways.append(
            Gateway(
                node=gateway.name,
                asn=gateway.asn,
                vpc_cidrs=cidrs,
                route_propagation=gateway.route_propagation,
                backbone=tuple(backbone),
            )
        )
    return tuple(gateways)


def _backbone_link(draft: Draft, gateway: str, device: str, peers: Peers) -> BackboneLink:
    """A cable over AWS's backbone, as long as the way from the device's location to the Region."""
    place = draft.nodes[device].place
    cable = draft.cable(
        draft.cable_name(f"backbone_{device}", gateway),
        CableRole.BACKBONE,
        (device, "backbone"),
        (gateway, device),
        bandwidth=BACKBONE_BANDWIDTH,
        delay=next(loc.delay_to_region for loc in draft.topology.aws.locations if loc.code == place),
        mtu=BACKBONE_MTU,
    )
    for port, address in zip((cable.a, cable.b), peers, strict=True):
        draft.address(port.node, port.name, address)
    return BackboneLink(
        device=device,
        device_interface=cable.a.name,
        device_address=peers[0].ip,
        gateway_interface=cable.b.name,
        gateway_address=peers[1].ip,
    )


def add_vpcs(draft: Draft) -> None:
    """The instances on their gateway."""
    for gateway in draft.topology.aws.virtual_private_gateways:
        for vpc in attached_vpcs(gateway, draft.topology):
            add_segment(
                draft,
                Segment(
                    name="vpc",
                    router=gateway.name,
                    hosts=vpc.instances,
                    networks=(vpc.cidr,),
                    role=CableRole.VPC,
                    bandwidth=INSTANCE_BANDWIDTH,
                    delay=INSTANCE_DELAY,
                    mtu=INSTANCE_MTU,
                ),
            )
