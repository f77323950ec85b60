"""BGP policy of each end of a session: the customer's from the topology, AWS's from its published rules."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

from dxemu.aws import communities
from dxemu.bgp.policy import ExportPolicy, ImportPolicy
from dxemu.bgp.route import Route
from dxemu.plan.model import BackboneLink, BgpSession, Plan, SessionEnd, Side


def ends_of(session: BgpSession, node: str) -> tuple[SessionEnd, SessionEnd]:
    """The end of `session` at `node`, then the other one. Raises ValueError if it has none there."""
    for own, other in (session.ends, session.ends[::-1]):
        if own.node == node:
            return own, other
    raise ValueError(f"session '{session.name}' does not end at '{node}'")


def import_policy(plan: Plan, session: BgpSession, node: str) -> ImportPolicy:
    """What `node` does with routes that it hears on `session`. AWS's end reads the preference communities."""
    own, other = ends_of(session, node)
    aws = plan.node(node).side is Side.AWS
    return ImportPolicy(
        session=session.name,
        own_asn=own.asn,
        external=session.external,
        peer_router_id=_router_id(plan, other.node),
        peer_address=other.address,
        local_pref=own.import_local_pref,
        preference_rule=communities.local_pref if aws else None,
    )


def export_policy(plan: Plan, session: BgpSession, node: str) -> ExportPolicy:
    """What `node` announces on `session`. AWS's end announces the VPCs' prefixes and nothing else.

    Source: Direct Connect User Guide, "Virtual private gateway associations", 2023 archive; read 2026-11-23.
    """
    own, _ = ends_of(session, node)
    return ExportPolicy(
        session=session.name,
        own_asn=own.asn,
        external=session.external,
        own_address=own.address,
        communities=own.export_communities,
        originated_only=plan.node(node).side is Side.AWS,
    )


def gateway_route(plan: Plan, link: BackboneLink, route: Route) -> Route:
    """What the gateway makes of `route`, a customer's route in use at the device of `link`.

    It puts the route under the device's name and compares it with those of its other devices. How AWS's gateways
    hear of routes is not published; between routes that are equal up to the router ID AWS would share the flows, here
    the device with the lower router ID gets them all.
    """
    return replace(
        route,
        next_hop=link.device_address,
        session=link.device,
        peer_router_id=_router_id(plan, link.device),
        peer_address=link.device_address,
    )


def _router_id(plan: Plan, node: str) -> IPv4Address:
    """Its router ID; 0.0.0.0 for a node that is no speaker of ours."""
    return next((speaker.router_id for speaker in plan.speakers if speaker.node == node), IPv4Address(0))
