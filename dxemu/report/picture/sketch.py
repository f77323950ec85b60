"""What is on the picture: cards for nodes, links for cables, strands for what runs over them, frames and places.

Sizes follow from it; positions are the layout's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxemu.plan.model import Plan, Side
from dxemu.report.picture.colours import GATEWAY_FRAME, VPC_FRAME, tunnels, virtual_interfaces
from dxemu.report.picture.nodes import cards_of, vpc_key
from dxemu.report.picture.parts import Card, Frame, Link, Place, Sketch, Strand
from dxemu.report.picture.ways import gateway_key, links_of, strands_of
from dxemu.topology.model import Topology
from dxemu.units import IPNetwork

PUBLIC = "AWS's public services"
MOST_NETWORKS = 5
"""Of a place or a VPC, that are named."""


def make_sketch(topology: Topology, plan: Plan) -> Sketch:
    """The sketch of a topology and its plan."""
    strands = strands_of(topology, plan)
    cards = cards_of(topology, plan)
    links = links_of(topology, plan, cards)
    gateways = {vif.name: vif.gateway for vif in topology.virtual_interfaces}
    vpns = {vpn.name: vpn for vpn in topology.vpns}
    over: list[tuple[Strand, str]] = [
        (strands[name], f"{name} to {gateways[name] or PUBLIC}") for name in virtual_interfaces(plan) if name in strands
    ]
    inside = [(strands[t.name], f"{t.name} to {vpns[t.vpn].gateway}") for t in plan.tunnels if t.name in tunnels(plan)]
    return Sketch(
        name=topology.name,
        story=topology.story,
        places=tuple(_places(topology, plan, cards)),
        frames=tuple(_frames(topology, links)),
        cards=cards,
        links=links,
        interfaces=tuple(over),
        tunnels=tuple(inside),
    )


def _frames(topology: Topology, links: Sequence[Link]) -> Iterator[Frame]:
    for vpc in topology.aws.vpcs:
        cidrs = ", ".join(_few(vpc.cidrs))
        yield Frame(key=vpc_key(vpc.name), title=vpc.name, detail=cidrs, colour=VPC_FRAME)
    used = {link.frame for link in links}
    for gateway in topology.aws.direct_connect_gateways:
        if gateway_key(gateway.name) in used:
            detail = f"Direct Connect gateway · AS {gateway.asn}"
            yield Frame(key=gateway_key(gateway.name), title=gateway.name, detail=detail, colour=GATEWAY_FRAME)


def _few(networks: Sequence[IPNetwork]) -> list[str]:
    """The first of them: a picture is as wide as its longest line."""
    shown = [str(network) for network in networks]
    if len(shown) <= MOST_NETWORKS:
        return shown
    named = MOST_NETWORKS - 1
    return [*shown[:named], f"{len(shown) - named} more"]


def _places(topology: Topology, plan: Plan, cards: Sequence[Card]) -> Iterator[Place]:
    """Each place once, in the order of the plan's nodes; then Regions in which only VPCs without a gateway are."""
    sides: dict[str, Side] = {}
    for card in cards:
        sides.setdefault(card.place, card.side)
    locations = {location.code: location.campus for location in topology.aws.locations}
    cages = {node.place for node in plan.nodes if node.side is Side.CUSTOMER}
    for name, side in sides.items():
        if name in locations:
            with_cage = "colocation and Direct Connect location" if name in cages else "Direct Connect location"
            cage = [site for site in topology.customer.colocations if site.location == name]
            own = _few([network for site in cage for network in site.networks])
            campus = [] if locations[name] is None else [f"campus {locations[name]}"]
            yield Place(name=name, detail=" · ".join([with_cage, *campus, *own]), rank=1, side=Side.CARRIER)
        elif side is Side.AWS:
            yield Place(name=name, detail="AWS Region", rank=2, side=side)
        elif side is Side.CUSTOMER:
            networks = (*topology.customer.data_center.networks, *topology.customer.data_center.public_networks)
            detail = " · ".join(["customer", *_few(networks)])
            yield Place(name=name, detail=detail, rank=0, side=side)
        else:
            yield Place(name=name, detail=str(side), rank=1, side=side)
