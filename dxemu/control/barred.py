"""Between which of a transit gateway's ports nothing goes: those to one Direct Connect gateway.

A Direct Connect gateway carries nothing from one of its virtual interfaces to another one, also not by way of what is
behind it; only SiteLink does, between the devices.
Source: Direct Connect User Guide, "Direct Connect gateways"; read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.plan.model import GatewayKind, Plan, Side

WHY = "a Direct Connect gateway carries nothing from one of its virtual interfaces to another, but by SiteLink"


def barred(plan: Plan) -> Mapping[str, tuple[frozenset[str], ...]]:
    """By transit gateway the groups of its ports between which nothing goes.

    Empty where the customer has one site: nobody would send that way.
    """
    sites = {speaker.originates for speaker in plan.speakers if speaker.side is Side.CUSTOMER and speaker.originates}
    if len(sites) == 1:
        return {}
    found: dict[str, tuple[frozenset[str], ...]] = {}
    for gateway in plan.gateways:
        if gateway.kind is not GatewayKind.TRANSIT_GATEWAY:
            continue
        through: dict[str, set[str]] = {}
        for attachment in gateway.attachments:
            if attachment.through is not None:
                through.setdefault(attachment.through, set()).add(attachment.gateway_interface)
        found[gateway.node] = tuple(frozenset(ports) for ports in through.values())
    return {node: groups for node, groups in found.items() if groups}
