"""BGP policy of each end of a session: the customer's from the topology, AWS's from its published rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from types import MappingProxyType

from dxemu.aws import communities
from dxemu.bgp.policy import ExportPolicy, ImportPolicy, export_route
from dxemu.bgp.route import Announcement, Route, originate
from dxemu.plan.model import Attachment, AttachmentKind, BgpSession, Gateway, GatewayKind, Plan, SessionEnd, Side

PRECEDENCE: Mapping[GatewayKind, Mapping[AttachmentKind, int]] = MappingProxyType(
    {
        GatewayKind.VIRTUAL_PRIVATE_GATEWAY: {
            AttachmentKind.DIRECT_CONNECT: 0,
            AttachmentKind.VPN_STATIC: 1,
            AttachmentKind.VPN_BGP: 2,
        },
        GatewayKind.TRANSIT_GATEWAY: {
            AttachmentKind.VPN_STATIC: 0,
            AttachmentKind.DIRECT_CONNECT: 1,
            AttachmentKind.PRIVATE_VPN: 2,
            AttachmentKind.VPN_BGP: 3,
        },
        GatewayKind.PUBLIC: {AttachmentKind.DIRECT_CONNECT: 0},
    }
)
"""What a gateway prefers for the same prefix, best first: a transit gateway takes any static route first.

Source: Site-to-Site VPN User Guide, "Route tables and VPN route priority"; Transit Gateway, "Route evaluation order";
read 2026-11-23.
"""


def ends_of(session: BgpSession, speaker: str) -> tuple[SessionEnd, SessionEnd]:
    """The end of `session` at `speaker`, then the other one. Raises ValueError if it has none there."""
    for own, other in (session.ends, session.ends[::-1]):
        if own.speaker == speaker:
            return own, other
    raise ValueError(f"session '{session.name}' does not end at '{speaker}'")


def import_policy(plan: Plan, session: BgpSession, speaker: str) -> ImportPolicy:
    """What `speaker` does with routes that it hears on `session`. AWS's end reads the preference communities.

    On a public virtual interface AWS takes the prefixes that were approved for it only.
    """
    own, other = ends_of(session, speaker)
    aws = plan.speaker(speaker).side is Side.AWS
    return ImportPolicy(
        session=session.name,
        own_asn=own.asn,
        external=session.external,
        peer_router_id=_router_id(plan, other.speaker),
        peer_address=other.address,
        local_pref=own.import_local_pref,
        preference_rule=communities.local_pref if aws else None,
        accepts=session.route_filter_prefixes if aws else None,
    )


def export_policy(plan: Plan, session: BgpSession, speaker: str) -> ExportPolicy:
    """What `speaker` announces on `session`. AWS's end announces the prefixes behind its gateway and nothing else.

    Source: Direct Connect User Guide, "Virtual private gateway associations", 2023 archive; read 2026-11-23.
    """
    own, _ = ends_of(session, speaker)
    return ExportPolicy(
        session=session.name,
        own_asn=own.asn,
        external=session.external,
        own_address=own.address,
        communities=own.export_communities,
        prepend=own.export_prepend,
        originated_only=plan.speaker(speaker).side is Side.AWS,
        only=own.announces,
    )


def static_announcements(plan: Plan, session: BgpSession, speaker: str) -> tuple[Announcement, ...]:
    """What `speaker` takes for learnt from the other end of a static VPN's tunnel while that is up."""
    _, other = ends_of(session, speaker)
    policy = export_policy(plan, session, other.speaker)
    found = (export_route(originate(prefix), policy) for prefix in other.announces or ())
    return tuple(announcement for announcement in found if announcement is not None)


def gateway_route(plan: Plan, gateway: Gateway, attachment: Attachment, route: Route) -> Route:
    """What the gateway makes of `route`, a customer's route in use at the speaker of `attachment`.

    It puts the route under the speaker's name and compares it with those of its other attachments. How AWS's gateways
    hear of routes is not published; between routes that are equal up to the router ID AWS would share the flows, here
    the one with the lower router ID gets them all.
    """
    address = next(a for a in attachment.device_addresses if a.version == route.prefix.version)
    return replace(
        route,
        next_hop=address,
        session=attachment.speaker,
        peer_router_id=_router_id(plan, attachment.speaker),
        peer_address=address,
        precedence=PRECEDENCE[gateway.kind].get(attachment.kind, 0),
        kind=str(attachment.kind),
    )


def _router_id(plan: Plan, speaker: str) -> IPv4Address:
    """Its router ID; 0.0.0.0 for a node that is no speaker of ours."""
    return next((known.router_id for known in plan.speakers if known.name == speaker), IPv4Address(0))
