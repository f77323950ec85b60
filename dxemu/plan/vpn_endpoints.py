"""The endpoints of VPN connections on AWS's side: nodes, addresses, and the ways to them."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv4Network

from dxemu.aws import vpn_tunnels
from dxemu.plan.addressing import Links
from dxemu.plan.backbone import REGION_DELAY, BackboneLink, add_hop
from dxemu.plan.draft import Draft
from dxemu.plan.edge import announced
from dxemu.plan.model import (
    SilentDrop,
)
from dxemu.plan.public_side import hop_to_region, public_node
from dxemu.plan.transit_gateways import TransitGatewayTables
from dxemu.plan.vpn_behind import behind
from dxemu.plan.vpn_outside import outside_address, region_of, tgw_of
from dxemu.topology.model import Vpn

LOOPBACK = "lo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An endpoint with its two cables: to what carries the tunnel, and to the gateway behind it."""

    vpn: Vpn
    number: int
    node: str
    underlay: BackboneLink
    behind: BackboneLink


def endpoint_node(vpn: Vpn, number: int) -> str:
    """AWS's endpoint of a tunnel, which are numbered 1 and 2."""
    return f"{vpn.name}_endpoint_{number}"


def add_endpoints(draft: Draft, links: Links) -> tuple[Ending, ...]:
    """The endpoints' cables. A tunnel carries no more than the cable to the gateway does."""
    endings = []
    for vpn in draft.topology.vpns:
        for number in (1, 2):
            node = endpoint_node(vpn, number)
            if vpn.private:
                underlay = add_hop(
                    draft,
                    links,
                    node,
                    vpn.gateway,
                    REGION_DELAY,
                    near_name="underlay",
                    far_name=f"{node}_under",
                    name=f"backbone_{node}_underlay",
                )
            else:
                underlay = hop_to_region(draft, links, node, region_of(vpn, draft.topology))
            behind = add_hop(
                draft, links, node, vpn.gateway, REGION_DELAY, near_name="gateway", bandwidth=vpn.tunnel_bandwidth
            )
            endings.append(Ending(vpn=vpn, number=number, node=node, underlay=underlay, behind=behind))
            _route_endpoint(draft, endings[-1])
    return tuple(endings)


def _route_endpoint(draft: Draft, ending: Ending) -> None:
    vpn, node = ending.vpn, ending.node
    outside = outside_address(vpn, ending.number, draft.topology)
    draft.address(node, LOOPBACK, IPv4Interface((outside, 32)))
    draft.static_route(node, IPv4Network((vpn.customer_address, 32)), ending.underlay.far_of(4))
    for prefix in behind(vpn, draft.topology):
        if isinstance(prefix, IPv4Network):
            draft.static_route(node, prefix, ending.behind.far_of(4))
    if not vpn.private:
        region = public_node(region_of(vpn, draft.topology))
        draft.static_route(region, IPv4Network((outside, 32)), ending.underlay.near_of(4))
    draft.silent_drops.append(SilentDrop(node=node, interface=ending.behind.cable.a.name, longer_than=vpn_tunnels.MTU))


def route_private_endpoints(draft: Draft, endings: tuple[Ending, ...]) -> None:
    """The transit gateway's routes to the endpoints' private outside addresses, and the endpoints' way out.

    The tunnels' own packets are looked up where those of the Direct Connect gateway are.
    """
    topology = draft.topology
    for ending in endings:
        tgw = tgw_of(ending.vpn, topology)
        if tgw is None or not ending.vpn.private:
            continue
        tables = TransitGatewayTables(tgw)
        outside = IPv4Network((outside_address(ending.vpn, ending.number, topology), 32))
        for table in tables.all:
            draft.static_route(tgw.name, outside, ending.underlay.near_of(4), table)
        dxgws = [g.name for g in topology.aws.direct_connect_gateways if announced(topology, g.name)]
        table_of = next((t for name in dxgws if (t := tables.associated(name)) is not None), tables.all[0])
        draft.rule(tgw.name, ending.underlay.cable.b.name, table_of)
