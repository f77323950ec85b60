"""What AWS's Regions hear of the customer's public prefixes, and which way back they prefer.

Each Region decides for itself, with the rules of `dxemu.aws.public_vif`. They are told of a route's communities and
AS_PATH by the device that heard it.
"""

from __future__ import annotations

import math
from dataclasses import replace

from dxemu.aws import public_vif
from dxemu.bgp.decision_step import IgpCost
from dxemu.bgp.policy import Withheld
from dxemu.bgp.route import Route
from dxemu.plan.model import Attachment, Gateway, GatewayKind, Plan
from dxemu.units import IPAddress


def told(plan: Plan, gateway: Gateway, attachment: Attachment, route: Route) -> Route | Withheld:
    """What the speaker of `attachment` tells `gateway` of `route`, or why it tells nothing.

    A gateway of private virtual interfaces hears of everything. A Region's public network hears of what its scope lets
    through, with the AS_PATH as it is seen inside AWS.
    """
    if gateway.kind is not GatewayKind.PUBLIC:
        return route
    home = plan.speaker(attachment.speaker).region
    reason = public_vif.why_out_of_scope(route.communities, home, plan.node(gateway.node).place)
    if reason is not None:
        return Withheld(route.prefix, reason)
    return replace(route, as_path=public_vif.seen_inside(route.as_path))


def region_cost(plan: Plan, gateway: Gateway) -> IgpCost | None:
    """The interior cost of the ways to the customer, in a Region's public network; None elsewhere.

    It counts Regions: 0 for locations of its own, which so wins where all else is level, then the nearest other one. No
    two Regions cost the same, because flows are shared over public virtual interfaces of one Region only.
    Source: Direct Connect User Guide, "Routing policies and BGP communities"; read 2026-11-23.
    """
    if gateway.kind is not GatewayKind.PUBLIC:
        return None
    here = plan.node(gateway.node).place
    delays = {(cable.a.node, cable.a.name): float(cable.delay) for cable in plan.cables}
    region_of: dict[IPAddress, str] = {}
    nearest: dict[str, float] = {}
    for attachment in gateway.attachments:
        region = plan.speaker(attachment.speaker).region
        delay = delays[attachment.device, attachment.device_interface]
        nearest[region] = min(delay, nearest.get(region, math.inf))
        region_of |= dict.fromkeys(attachment.device_addresses, region)
    order = sorted(nearest, key=lambda region: (region != here, nearest[region], region))
    return lambda next_hop: order.index(region_of[next_hop])
