"""What a gateway on AWS's side sends at most towards a prefix of the customer's, in bytes of the IP packet.

Jumbo frames apply to routes that Direct Connect propagates, not to a static route of a VPC to its virtual private
gateway. Source: Direct Connect User Guide, "Set network MTU for private virtual interfaces or transit virtual
interfaces"; read 2026-11-23.
"""

from __future__ import annotations

from dxemu.aws import mtu
from dxemu.bgp.rib import LocRib
from dxemu.plan.model import Gateway
from dxemu.units import IPNetwork


def route_mtu(gateway: Gateway, loc_rib: LocRib, prefix: IPNetwork) -> int | None:
    """None: as much as the way takes that was chosen. `loc_rib` is a table of `gateway`, by speakers."""
    known = {route.session for route in loc_rib.candidates(prefix)}
    mtus = [attachment.mtu for attachment in gateway.attachments if attachment.speaker in known]
    if mtus and max(mtus) > mtu.DEFAULT and _is_reached_by_static_route(gateway, prefix, loc_rib):
        return mtu.DEFAULT
    return mtu.of_route(mtus)


def _is_reached_by_static_route(gateway: Gateway, prefix: IPNetwork, loc_rib: LocRib) -> bool:
    """Whether packets of a VPC with a table of its own get to the gateway by a static route of that table."""
    if gateway.vpc_table is None:
        return False
    static = [way for table, way in gateway.fixed if table == gateway.vpc_table and _covers(way, prefix)]
    propagated = [way for way in loc_rib.best if gateway.route_propagation and _covers(way, prefix)]
    longest = max((way.prefixlen for way in static), default=-1)
    return longest >= 0 and longest >= max((way.prefixlen for way in propagated), default=-1)


def _covers(way: IPNetwork, prefix: IPNetwork) -> bool:
    return way.version == prefix.version and prefix.subnet_of(way)  # type: ignore[arg-type]  # of one version
