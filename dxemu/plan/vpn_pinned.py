"""Tunnels that end at the address of one public virtual interface of the customer's, and at no other.

AWS's side of such a virtual interface has the subnet of its peers connected, and reaches the address by nothing else,
whatever prefix around it the customer announces elsewhere. What runs over it dies with it: first routing finds another
way, which is of no use to the tunnel, and then the tunnel's own timers run out.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from dxemu.plan.draft import Draft
from dxemu.plan.model import BgpSession, IpsecTunnel
from dxemu.plan.public_side import public_node
from dxemu.topology.model import VifType


def pinned_to(draft: Draft, router: str, address: IPv4Address) -> BgpSession | None:
    """The session of the public virtual interface whose customer's address this is; None: it is no such address."""
    public = {vif.name for vif in draft.topology.virtual_interfaces if vif.type is VifType.PUBLIC}
    for session in draft.sessions:
        mine = session.ends[0]
        if session.virtual_interface in public and (mine.node, mine.address) == (router, address):
            return session
    return None


def pin(draft: Draft, tunnel: IpsecTunnel, session: BgpSession) -> None:
    """AWS's public network sends to the tunnel's customer by the device of that virtual interface alone."""
    region = public_node(draft.topology.aws.region)
    outside = IPv4Network((tunnel.ends[0].outside, 32))
    if any((route.node, route.destination) == (region, outside) for route in draft.static_routes):
        return
    edge = session.ends[1]
    ways = [cable for cable in draft.cables if (cable.a.node, cable.b.node) == (edge.node, region)]
    network = next(gateway for gateway in draft.gateways if gateway.node == region)
    speakers = {attachment.gateway_interface: attachment.speaker for attachment in network.attachments}
    way = next(cable for cable in ways if speakers.get(cable.b.name) == edge.speaker)
    address = next(a.address.ip for a in draft.addresses if (a.node, a.interface) == (edge.node, way.a.name))
    draft.static_route(region, outside, address)
