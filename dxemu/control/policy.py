"""BGP policy of each end of a session: the customer's from the topology, AWS's from its published rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from types import MappingProxyType

from dxemu.aws import communities, public_vif, transit_gateway, virtual_private_gateway
from dxemu.bgp.decision import MaximumPaths
from dxemu.bgp.policy import ExportPolicy, ImportPolicy, export_route
from dxemu.bgp.route import Announcement, Route, originate
from dxemu.plan.model import (
    Attachment,
    AttachmentKind,
    BgpSession,
    Gateway,
    GatewayKind,
    Plan,
    SessionEnd,
    Side,
    Speaker,
)
from dxemu.units import IPNetwork


def precedence(gateway: GatewayKind, attachment: AttachmentKind) -> int:
    """What a gateway prefers for the same prefix: the lower wins."""
    if gateway is GatewayKind.TRANSIT_GATEWAY:
        return transit_gateway.precedence(attachment)
    return virtual_private_gateway.PREFERENCE.index(attachment)


def maximum_paths(speaker: Speaker) -> MaximumPaths | None:
    """How many routes a speaker uses together; None: one."""
    return None if speaker.maximum_paths == 1 else lambda _best: speaker.maximum_paths


def gateway_paths(gateway: Gateway) -> MaximumPaths:
    """How many routes a gateway uses together, by the kind of the best one."""

    def most(best: Route) -> int:
        kind = AttachmentKind(best.kind)
        if gateway.kind is GatewayKind.TRANSIT_GATEWAY:
            return transit_gateway.maximum_paths(kind, vpn_ecmp_support=gateway.vpn_ecmp_support)
        return virtual_private_gateway.maximum_paths(kind)

    return most


def takes(gateway: Gateway, table: int, prefix: IPNetwork) -> bool:
    """Whether a route to `prefix` may go into a gateway's table.

    Not if a static route decides there, nor over the network of a VPC that is attached to a transit gateway, nor inside
    the VPC's own networks: its `local` route wins over everything propagated, also over what is more specific.
    Source: Site-to-Site VPN User Guide, "Route tables and VPN route priority"; Transit Gateway User Guide, "Route
    evaluation order"; read 2026-11-23.
    """
    if (table, prefix) in (*gateway.fixed, *gateway.attached):
        return False
    return not any(prefix.version == own.version and prefix.subnet_of(own) for own in gateway.local)  # type: ignore[arg-type]  # of one version


ROUTE_FILTER = "the virtual interface's route filter prefixes"
IMPORT_FILTER = "those that the router accepts on this session"


SITE_LINK_PRECEDENCE: Mapping[bool, int] = MappingProxyType({True: 0, False: 1})
"""Of a device with SiteLink, by whether it heard the route from the customer itself: packets leave AWS at the first
device that can hand them over. How AWS's devices choose is not published. So each of them always tells the others what
it hears from the customer, and a way that is free is known before it is needed.
"""


def ends_of(session: BgpSession, speaker: str) -> tuple[SessionEnd, SessionEnd]:
    """The end of `session` at `speaker`, then the other one. Raises ValueError if it has none there."""
    for own, other in (session.ends, session.ends[::-1]):
        if own.speaker == speaker:
            return own, other
    raise ValueError(f"session '{session.name}' does not end at '{speaker}'")


def import_policy(plan: Plan, session: BgpSession, speaker: str) -> ImportPolicy:
    """What `speaker` does with routes that it hears on `session`. AWS's end reads the preference communities.

    On a public virtual interface AWS takes the prefixes that were approved for it only, and of their communities the
    scopes; there no community sets a preference.
    """
    own, other = ends_of(session, speaker)
    aws = plan.speaker(speaker).side is Side.AWS and session.external
    public = aws and session.route_filter_prefixes is not None
    exchanges = plan.speaker(speaker).exchanges
    return ImportPolicy(
        session=session.name,
        own_asn=own.asn,
        external=session.external,
        peer_router_id=_router_id(plan, other.speaker),
        peer_address=other.address,
        local_pref=own.import_local_pref,
        preference_rule=communities.local_pref if aws and not public else None,
        accepts=_looked_up(session.route_filter_prefixes if aws else own.accepts),
        filtered_by=ROUTE_FILTER if aws else IMPORT_FILTER,
        refuses=public_vif.refusal if public else None,
        keeps=public_vif.supported if public else None,
        allow_as_in=own.allow_as_in,
        precedence=SITE_LINK_PRECEDENCE[session.external] if exchanges else 0,
        kind=_own_or_passed_on(plan.speaker(speaker), session),
        on_link=_subnet(plan, own) if session.external else None,
        policies=own.policies,
        own_router_id=None if session.external else plan.speaker(speaker).router_id,
        cluster_id=own.cluster_id,
    )


def _own_or_passed_on(speaker: Speaker, session: BgpSession) -> str:
    """What a route is called where AWS's speakers exchange what they hear; empty elsewhere."""
    if speaker.exchanges and session.external:
        return "own tunnel" if session.tunnel is not None else "own virtual interface"
    return speaker.exchanges


def _looked_up(prefixes: tuple[IPNetwork, ...] | None) -> Collection[IPNetwork] | None:
    """In the same order, but not gone through one by one for each route: there may be a thousand."""
    return None if prefixes is None else dict.fromkeys(prefixes)


def export_policy(plan: Plan, session: BgpSession, speaker: str) -> ExportPolicy:
    """What `speaker` announces on `session`. AWS's end announces the prefixes behind its gateway and nothing else.

    With SiteLink it announces the other sites' prefixes, too; and to AWS's other devices nothing but them.
    Source: Direct Connect User Guide, "Virtual private gateway associations", 2023 archive; read 2026-11-23.
    """
    own, _ = ends_of(session, speaker)
    of = plan.speaker(speaker)
    return ExportPolicy(
        session=session.name,
        own_asn=own.asn,
        external=session.external,
        own_address=own.address,
        communities=own.export_communities,
        send_communities=own.send_communities,
        prepend=own.export_prepend,
        med=own.export_med,
        originated_only=of.side is Side.AWS and not of.exchanges,
        learnt_only=bool(of.exchanges) and not session.external,
        only=_looked_up(own.announces),
        withholds=own.withholds,
        tags=dict(of.tags),
        policies=own.policies,
        reflects=() if own.cluster_id is None else _reflected(plan, session, own),
        cluster_id=own.cluster_id,
    )


def _reflected(plan: Plan, to: BgpSession, own: SessionEnd) -> Collection[str]:
    """The iBGP sessions of a route reflector whose routes go on to the peer of `to` (RFC 4456 section 6)."""
    if to.external:
        return ()
    others = (session for session in plan.sessions_of(own.speaker) if not session.external)
    return {session.name for session in others if own.client or ends_of(session, own.speaker)[0].client}


def static_announcements(plan: Plan, session: BgpSession, speaker: str) -> tuple[Announcement, ...]:
    """What `speaker` takes for learnt from the other end of a static VPN's tunnel while that is up."""
    _, other = ends_of(session, speaker)
    policy = export_policy(plan, session, other.speaker)
    found = (export_route(originate(prefix), policy) for prefix in other.announces or ())
    return tuple(announcement for announcement in found if isinstance(announcement, Announcement))


def gateway_route(plan: Plan, gateway: Gateway, attachment: Attachment, route: Route) -> Route:
    """What the gateway makes of `route`, a customer's route in use at the speaker of `attachment`.

    It puts the route under the speaker's name and compares it with those of its other attachments. The Region of the
    gateway prefers locations of its own. A transit gateway reads the communities of virtual interfaces on one Direct
    Connect gateway only; between Direct Connect gateways they do not count. How AWS's gateways hear of routes is not
    published.
    """
    address = next(a for a in attachment.device_addresses if a.version == route.prefix.version)
    transit = gateway.kind is GatewayKind.TRANSIT_GATEWAY
    direct = attachment.kind is AttachmentKind.DIRECT_CONNECT
    return replace(
        route,
        next_hop=address,
        session=attachment.speaker,
        peer_router_id=_router_id(plan, attachment.speaker),
        peer_address=address,
        local_pref=communities.local_pref(route.communities, same_region=attachment.home_region)
        if direct and gateway.kind is not GatewayKind.PUBLIC
        else route.local_pref,
        med=_med(gateway, attachment, route),
        precedence=precedence(gateway.kind, attachment.kind),
        kind=str(attachment.kind),
        preference_group=attachment.through or "" if transit else "",
    )


def _med(gateway: Gateway, attachment: Attachment, route: Route) -> int | None:
    """What a gateway compares. AWS's public network goes by prefix, AS_PATH and home Region: MED is not in its list."""
    if gateway.kind is GatewayKind.PUBLIC:
        return None
    is_transit = gateway.kind is GatewayKind.TRANSIT_GATEWAY
    return transit_gateway.med(attachment.kind, route.med) if is_transit else route.med


def _subnet(plan: Plan, end: SessionEnd) -> IPNetwork | None:
    """The subnet of an end's own address; None if the plan does not say."""
    held = (a.address for a in plan.addresses_of(end.node) if a.interface == end.interface)
    return next((address.network for address in held if address.ip == end.address), None)


def _router_id(plan: Plan, speaker: str) -> IPv4Address:
    """Its router ID; 0.0.0.0 for a node that is no speaker of ours."""
    known = plan.speaker_named(speaker)
    return IPv4Address(0) if known is None else known.router_id
