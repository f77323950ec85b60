"""Topology to Plan: everything that will exist, decided before anything is started."""

from __future__ import annotations

from dxemu.plan.addressing import (
    BACKBONE,
    BACKBONE_IPV6,
    CIRCUITS,
    CIRCUITS_IPV6,
    Links,
    given_networks,
)
from dxemu.plan.announcements import announce_otherwise
from dxemu.plan.cloud_hub import add_cloud_hubs
from dxemu.plan.connections import add_carriers, add_connections, add_devices
from dxemu.plan.customer_side import add_circuits, add_customer_nodes, add_lans, add_speakers
from dxemu.plan.draft import Draft
from dxemu.plan.edge import finish_edges, make_edges
from dxemu.plan.model import Plan
from dxemu.plan.private_gateways import add_private_gateway_nodes, add_private_gateways, add_vpcs
from dxemu.plan.public_side import add_internet, add_other_customers, add_public_nodes, add_public_regions
from dxemu.plan.site_link import add_site_links
from dxemu.plan.static_routes import add_customer_static_routes
from dxemu.plan.transit_gateways import add_transit_gateway_nodes, add_transit_gateways
from dxemu.plan.versions import DEBIAN_12, Versions
from dxemu.plan.virtual_interfaces import add_virtual_interfaces
from dxemu.plan.vpn import add_endpoint_speakers, add_tunnels, add_vpn_nodes, attachments_of, transit_hops
from dxemu.plan.vpn_endpoints import add_endpoints, route_private_endpoints
from dxemu.topology.model import Topology


def make_plan(topology: Topology, versions: Versions = DEBIAN_12) -> Plan:
    """The plan of `topology`, for daemons of these `versions`. The same arguments always give the same plan.

    Expects a topology without mistakes. Raises ValueError for what only shows here: two nodes of one name, or no
    addresses left.
    """
    draft = Draft(topology)
    _add_nodes(draft)
    given = given_networks(topology)
    own_links = Links(CIRCUITS, CIRCUITS_IPV6, given)
    backbone = Links(BACKBONE, BACKBONE_IPV6, given)
    add_lans(draft)
    add_speakers(draft)
    add_circuits(draft, own_links)
    add_customer_static_routes(draft)
    edges = make_edges(topology)
    add_virtual_interfaces(draft, add_connections(draft), edges)
    add_other_customers(draft, edges, backbone)
    endings = add_endpoints(draft, backbone)
    every_edge = tuple(edges.values())
    add_private_gateways(draft, every_edge, attachments_of(endings), backbone)
    add_transit_gateways(draft, every_edge, transit_hops(endings, topology), backbone)
    route_private_endpoints(draft, endings)
    add_public_regions(draft, every_edge, backbone)
    lines = add_internet(draft, backbone)
    add_vpcs(draft)
    add_site_links(draft, every_edge, backbone)
    add_cloud_hubs(draft, endings, edges, backbone)
    finish_edges(draft, every_edge)
    add_endpoint_speakers(draft, endings)
    add_tunnels(draft, endings, lines)
    announce_otherwise(draft)
    return _plan(draft, versions)


def _add_nodes(draft: Draft) -> None:
    add_customer_nodes(draft)
    add_carriers(draft)
    add_devices(draft)
    add_private_gateway_nodes(draft)
    add_transit_gateway_nodes(draft)
    add_vpn_nodes(draft)
    add_public_nodes(draft)


def _plan(draft: Draft, versions: Versions) -> Plan:
    return Plan(
        topology=draft.topology.name,
        story=draft.topology.story,
        nodes=tuple(draft.nodes.values()),
        cables=tuple(draft.cables),
        bridges=tuple(draft.bridges),
        vlans=tuple(draft.vlans),
        addresses=tuple(draft.addresses),
        static_routes=tuple(draft.static_routes),
        sessions=tuple(draft.sessions),
        speakers=tuple(draft.speakers),
        gateways=tuple(draft.gateways),
        bonds=tuple(draft.bonds),
        vrfs=tuple(draft.vrfs),
        rules=tuple(draft.rules),
        limits=tuple(draft.limits),
        vrrp=tuple(draft.vrrp),
        tunnels=tuple(draft.tunnels),
        services=tuple(draft.services),
        nats=tuple(draft.nats),
        mss_clamps=tuple(draft.mss_clamps),
        silent_drops=tuple(draft.silent_drops),
        source_filters=tuple(draft.source_filters),
        versions=versions,
    )
