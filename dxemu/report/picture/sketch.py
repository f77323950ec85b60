"""What is on the picture, in words and numbers only: cards for nodes, links for cables, strands for virtual interfaces.

Sizes are here because the layout needs them; positions are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dxemu.plan.model import Cable, Node, Plan, Role, Side
from dxemu.report.picture.colours import colour_of, dash_of, virtual_interfaces
from dxemu.topology.model import Topology, Vpc

PUBLIC = "AWS's public services"
VPC_ROLE = "empty_vpc"
"""Role of the card that stands for a VPC without instances."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A node. `vpc` is the VPC that it stands in, if any."""

    name: str
    role: str
    side: Side
    place: str
    detail: str
    vpc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """A virtual interface on a link."""

    name: str
    label: str
    colour: str
    dash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A cable. With `labelled`, the virtual interfaces on it are named here; each is named on exactly one link."""

    name: str
    a: str
    b: str
    detail: str
    connection: bool
    strands: tuple[Strand, ...] = ()
    labelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A box around cards. `rank` is its position from left to right: customer 0, locations 1, Regions 2."""

    name: str
    detail: str
    rank: int
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """Everything that is on the picture. `vpcs` are name and CIDR; `legend` has each virtual interface with its way."""

    name: str
    story: str
    places: tuple[Place, ...]
    vpcs: tuple[Vpc, ...]
    cards: tuple[Card, ...]
    links: tuple[Link, ...]
    legend: tuple[tuple[Strand, str], ...]


def make_sketch(topology: Topology, plan: Plan) -> Sketch:
    """The sketch of a topology and its plan."""
    strands = {vif.name: _strand(vif.name, str(vif.type), int(vif.vlan), plan) for vif in topology.virtual_interfaces}
    vpc_of = {instance.name: vpc.name for vpc in topology.aws.vpcs for instance in vpc.instances}
    cards = [_card(node, plan, vpc_of) for node in plan.nodes]
    links = [_link(cable, plan, strands) for cable in plan.cables]
    for vpc in topology.aws.vpcs:
        if not any(card.vpc == vpc.name for card in cards):
            cards.append(_empty_vpc(vpc, topology))
            links += _attachments(vpc, topology)
    gateways = {vif.name: vif.gateway for vif in topology.virtual_interfaces}
    return Sketch(
        name=topology.name,
        story=topology.story,
        places=tuple(_places(topology, plan)),
        vpcs=topology.aws.vpcs,
        cards=tuple(cards),
        links=tuple(links),
        legend=tuple((strands[name], f"{name} to {gateways[name] or PUBLIC}") for name in virtual_interfaces(plan)),
    )


def _strand(name: str, kind: str, vlan: int, plan: Plan) -> Strand:
    return Strand(
        name=name,
        label=f"VIF {name} · {kind} · VLAN {vlan}",
        colour=colour_of(name, plan),
        dash=dash_of(name, plan),
    )


def _card(node: Node, plan: Plan, vpc_of: dict[str, str]) -> Card:
    return Card(
        name=node.name,
        role=node.role,
        side=node.side,
        place=node.place,
        detail=_detail(node, plan),
        vpc=vpc_of.get(node.name) if node.side is Side.AWS else None,
    )


def _detail(node: Node, plan: Plan) -> str:
    """A router's or gateway's AS number; a host's address; what the others are."""
    asns = {speaker.node: speaker.asn for speaker in plan.speakers}
    asns |= {gateway.node: gateway.asn for gateway in plan.gateways}
    if node.name in asns:
        return f"AS {asns[node.name]}"
    if node.role in {Role.HOST, Role.INSTANCE, Role.SERVICE}:
        return str(plan.address_of(node.name))
    return node.role.replace("_", " ")


def _empty_vpc(vpc: Vpc, topology: Topology) -> Card:
    """Stands for a VPC without instances. Its name cannot be a node's."""
    return Card(
        name=f"{vpc.name}/",
        role=VPC_ROLE,
        side=Side.AWS,
        place=topology.aws.region,
        detail="no instances",
        vpc=vpc.name,
    )


def _attachments(vpc: Vpc, topology: Topology) -> Iterator[Link]:
    for gateway in topology.aws.virtual_private_gateways:
        if gateway.vpc == vpc.name:
            yield Link(name="", a=gateway.name, b=f"{vpc.name}/", detail="attached", connection=False)


def _link(cable: Cable, plan: Plan, strands: dict[str, Strand]) -> Link:
    """The cable with the virtual interfaces that cross it, and, on the backbone, that end at its gateway."""
    sessions = [session for session in plan.sessions if session.virtual_interface is not None]
    names = [s.virtual_interface for s in sessions if cable.name in s.cables]
    labelled = any(cable.name == s.cables[-1] for s in sessions)
    if not names:
        speakers = {
            attachment.speaker
            for gateway in plan.gateways
            for attachment in gateway.attachments
            if (attachment.device, attachment.device_interface) == (cable.a.node, cable.a.name)
        }
        names = [s.virtual_interface for s in sessions if s.ends[1].speaker in speakers]
    return Link(
        name=cable.name,
        a=cable.a.node,
        b=cable.b.node,
        detail=f"{cable.bandwidth} · {cable.delay}",
        connection=cable.connection is not None,
        strands=tuple(strands[name] for name in dict.fromkeys(names) if name is not None),
        labelled=labelled,
    )


def _places(topology: Topology, plan: Plan) -> Iterator[Place]:
    """Each place once, in the order of the plan's nodes; then the Region, if only VPCs without a gateway are there."""
    sides: dict[str, Side] = {}
    for node in plan.nodes:
        sides.setdefault(node.place, node.side)
    sides.setdefault(topology.aws.region, Side.AWS)
    locations = {location.code for location in topology.aws.locations}
    cages = {node.place for node in plan.nodes if node.side is Side.CUSTOMER}
    for name, side in sides.items():
        if name in locations:
            with_cage = "colocation and Direct Connect location" if name in cages else "Direct Connect location"
            yield Place(name=name, detail=with_cage, rank=1, side=Side.CARRIER)
        elif side is Side.AWS:
            yield Place(name=name, detail="AWS Region", rank=2, side=side)
        else:
            rank = 0 if side is Side.CUSTOMER else 1
            yield Place(name=name, detail=str(side), rank=rank, side=side)
