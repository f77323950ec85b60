"""The cards of a picture: one for each node, with what matters of it in few words."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.plan.model import GatewayKind, Node, Plan, Role, Side
from dxemu.report.picture.parts import BORDER_ROLE, OUTSIDER_ROLE, PRIVATE_ENDPOINT_ROLE, VPC_ROLE, Card
from dxemu.topology.model import Topology
from dxemu.topology.model_aws import Vpc

_KINDS = {
    GatewayKind.VIRTUAL_PRIVATE_GATEWAY: "VGW",
    GatewayKind.TRANSIT_GATEWAY: "TGW",
    GatewayKind.PUBLIC: "public border",
}


def vpc_key(name: str) -> str:
    """The key of a VPC's frame."""
    return f"vpc {name}"


def cards_of(topology: Topology, plan: Plan) -> tuple[Card, ...]:
    """A card for each node, and one for each VPC that has none."""
    vpc_of = {instance.name: vpc.name for vpc in topology.aws.vpcs for instance in vpc.instances}
    vpc_of |= {node.name: node.name for node in plan.nodes if node.role is Role.VPC}
    cards = [_card(node, topology, plan, vpc_of) for node in plan.nodes]
    taken = {card.frame for card in cards}
    cards += [_empty(vpc) for vpc in topology.aws.vpcs if vpc_key(vpc.name) not in taken]
    return tuple(cards)


def _card(node: Node, topology: Topology, plan: Plan, vpc_of: dict[str, str]) -> Card:
    return Card(
        name=node.name,
        role=_role(node, topology, plan),
        side=node.side,
        place=node.place,
        details=tuple(_details(node, topology, plan)),
        frame=vpc_key(vpc_of[node.name]) if node.side is Side.AWS and node.name in vpc_of else None,
    )


def _role(node: Node, topology: Topology, plan: Plan) -> str:
    gateway = plan.gateway_at(node.name)
    if gateway is not None and gateway.kind is GatewayKind.PUBLIC:
        return BORDER_ROLE
    vpns = {tunnel.vpn for tunnel in plan.tunnels_at(node.name) if tunnel.ends[1].node == node.name}
    if any(vpn.private and vpn.name in vpns for vpn in topology.vpns):
        return PRIVATE_ENDPOINT_ROLE
    if node.role is Role.SERVICE and node.side is not Side.AWS:
        return OUTSIDER_ROLE
    return node.role


def _details(node: Node, topology: Topology, plan: Plan) -> Iterator[str]:
    """Addresses of what sends and receives, AS numbers of what speaks BGP, and what else a node does."""
    gateway = plan.gateway_at(node.name)
    asn = next((speaker.asn for speaker in plan.speakers_at(node.name)), None)
    if gateway is not None:
        yield f"{_KINDS[gateway.kind]} · AS {gateway.asn}"
    elif node.role in {Role.HOST, Role.INSTANCE, Role.SERVICE}:
        yield from (str(held.address.ip) for held in plan.addresses_of(node.name))
    elif node.role is Role.VPN_ENDPOINT:
        yield from dict.fromkeys(str(t.ends[1].outside) for t in plan.tunnels_at(node.name))
        yield f"AS {asn}"
    elif asn is not None:
        yield f"AS {asn}"
        if node.side is Side.CARRIER:
            yield "another customer"
    else:
        yield _what(node, topology, plan)
    for group in plan.vrrp:
        yield from (f"VRRP priority {priority}" for router, priority in group.priorities if router == node.name)
        if node.role is Role.SWITCH:
            yield f"{group.address.ip} by VRRP"
    yield from (f"NAT to {nat.address}" for nat in plan.nats_at(node.name))
    clamps = (clamp for clamp in plan.mss_clamps_at(node.name) if clamp.interface is not None)
    yield from dict.fromkeys(f"MSS {clamp.mss}" for clamp in clamps)


def _what(node: Node, topology: Topology, plan: Plan) -> str:
    hosted = {connection.name for connection in topology.connections if connection.hosted}
    if node.role is Role.CARRIER:
        mine = {cable.connection for cable in plan.cables_of_node(node.name)}
        return "partner" if mine & hosted else "carrier"
    return {Role.VPC: "VPC router", Role.INTERNET: "public network", Role.DX_DEVICE: "not used"}.get(
        node.role, node.role.replace("_", " ")
    )


def _empty(vpc: Vpc) -> Card:
    """Stands for a VPC without instances. Its name cannot be a node's."""
    return Card(
        name=f"{vpc.name}/",
        role=VPC_ROLE,
        side=Side.AWS,
        place=vpc.region,
        details=("no instances",),
        frame=vpc_key(vpc.name),
    )
