"""The tables of AWS's edge: a speaker with a VRF of its own for each gateway behind a Direct Connect device.

So the virtual interfaces of one device are kept apart although they may all hear the same prefixes. Packets from the
customer find the gateway's prefixes and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Network

from dxemu.aws.attachments import MOST_PATHS
from dxemu.plan.connections import connection_of, device_nodes, device_of
from dxemu.plan.draft import Draft
from dxemu.plan.model import RouteRule, Side, Speaker, Vrf
from dxemu.topology.model import Topology, VifType
from dxemu.units import Asn, IPAddress, IPNetwork

PUBLIC = "public"
PUBLIC_ASN = Asn(7224)
"""AWS's own ASN on public virtual interfaces. Source: Direct Connect User Guide, "Virtual interfaces"."""

VPN_ENDPOINTS = IPv4Network("192.0.2.128/25")
"""Outside addresses of VPN tunnels where the file gives none. AWS has public ones; these are for documentation
(RFC 5737)."""

FIRST_TABLE = 1000
FROM_CUSTOMER = 1000
FROM_GATEWAY = 2000
"""Added to an edge's table: what packets from the customer, and from one of its gateways, may reach."""


@dataclass(slots=True, kw_only=True)
class Edge:
    """One speaker of a device, while the plan is being made. `gateway` is a VGW, a Direct Connect gateway or public."""

    name: str
    device: str
    gateway: str
    table: int
    customer_interfaces: list[str] = field(default_factory=list)
    gateway_interfaces: list[str] = field(default_factory=list)
    prefixes: list[tuple[IPNetwork, IPAddress]] = field(default_factory=list)


def edge_keys(topology: Topology) -> tuple[tuple[str, str], ...]:
    """Device and gateway of every edge, in the order of the virtual interfaces."""
    keys = [
        (device_of(connection_of(vif, topology), topology), gateway_of(vif.type, vif.gateway))
        for vif in topology.virtual_interfaces
    ]
    keys += [(device_nodes(topology)[other.location, other.device], PUBLIC) for other in topology.other_customers]
    return tuple(dict.fromkeys(keys))


def gateway_of(vif_type: VifType, gateway: str | None) -> str:
    """What a virtual interface leads to."""
    return PUBLIC if vif_type is VifType.PUBLIC or gateway is None else gateway


def make_edges(topology: Topology) -> dict[tuple[str, str], Edge]:
    """The edges by device and gateway; one that is alone on its device is called as the device."""
    keys = edge_keys(topology)
    devices = [device for device, _ in keys]
    edges: dict[tuple[str, str], Edge] = {}
    for device, gateway in keys:
        number = sum(edge.device == device for edge in edges.values())
        name = device if devices.count(device) == 1 else f"{device}:{gateway}"
        edges[device, gateway] = Edge(name=name, device=device, gateway=gateway, table=FIRST_TABLE + number)
    return edges


def finish_edges(draft: Draft, edges: Sequence[Edge], ids: Mapping[str, IPv4Address]) -> None:
    """VRF, rules and routes of each edge, and its speaker, once all its interfaces and prefixes are known."""
    for edge in edges:
        interfaces = (*edge.customer_interfaces, *edge.gateway_interfaces)
        name = draft.interface_name(edge.device, f"vrf_{edge.gateway}")
        draft.vrfs.append(Vrf(node=edge.device, name=name, table=edge.table, interfaces=interfaces))
        inward = edge.table + FROM_CUSTOMER
        for prefix, via in edge.prefixes:
            for table in (edge.table, inward):
                draft.static_route(edge.device, prefix, via, table)
        versions = {4, *(prefix.version for prefix, _ in edge.prefixes)}
        for table in (edge.table, inward):
            draft.nowhere_else(edge.device, table, versions)
        for interface in edge.customer_interfaces:
            draft.rules.append(RouteRule(node=edge.device, incoming=interface, table=inward))
        _keep_gateways_apart(draft, edge)
        draft.speakers.append(
            Speaker(
                name=edge.name,
                node=edge.device,
                side=Side.AWS,
                asn=asn_of(draft.topology, edge.gateway),
                router_id=ids[edge.name],
                originates=announced(draft.topology, edge.gateway),
                table=edge.table,
                maximum_paths=MOST_PATHS,
            )
        )


def _keep_gateways_apart(draft: Draft, edge: Edge) -> None:
    """A Direct Connect gateway carries nothing from one VPC to another.

    Source: Direct Connect User Guide, "Direct Connect gateways"; read 2026-11-23.
    """
    if len(edge.gateway_interfaces) < 2:  # noqa: PLR2004
        return
    table = edge.table + FROM_GATEWAY
    cidrs = {cidr for vpc in draft.topology.aws.vpcs for cidr in vpc.cidrs}
    for prefix in dict.fromkeys(prefix for prefix, _ in edge.prefixes if prefix in cidrs):
        draft.static_route(edge.device, prefix, None, table)
    for interface in edge.gateway_interfaces:
        draft.rules.append(RouteRule(node=edge.device, incoming=interface, table=table))


def asn_of(topology: Topology, gateway: str) -> Asn:
    """The Amazon-side ASN of virtual interfaces that lead to `gateway`."""
    aws = topology.aws
    asns = {g.name: g.asn for g in aws.virtual_private_gateways} | {g.name: g.asn for g in aws.direct_connect_gateways}
    return asns.get(gateway, PUBLIC_ASN)


def announced(topology: Topology, gateway: str) -> tuple[IPNetwork, ...]:
    """What the customer hears on a virtual interface to `gateway`.

    A virtual private gateway's VPC; through a Direct Connect gateway what its allowed prefixes let through, or for a
    transit gateway literally the allowed prefixes; on a public one Amazon's prefixes.
    Source: Direct Connect User Guide, "Allowed prefixes interactions"; read 2026-11-23.
    """
    if gateway == PUBLIC:
        return public_prefixes(topology)
    dxgw = next((g for g in topology.aws.direct_connect_gateways if g.name == gateway), None)
    if dxgw is None:
        return vpc_cidrs(topology, gateway)
    prefixes: list[IPNetwork] = []
    transit = {tgw.name for tgw in topology.aws.transit_gateways}
    for association in dxgw.associations:
        allowed = association.allowed_prefixes
        if association.gateway in transit:
            prefixes += allowed or ()
        else:
            cidrs = vpc_cidrs(topology, association.gateway)
            prefixes += [cidr for cidr in cidrs if allowed is None or any(_within(cidr, p) for p in allowed)]
    return tuple(dict.fromkeys(prefixes))


def vpc_cidrs(topology: Topology, vgw: str) -> tuple[IPNetwork, ...]:
    """The prefixes of the VPC that a virtual private gateway is attached to."""
    vpc = next(g.vpc for g in topology.aws.virtual_private_gateways if g.name == vgw)
    return next(v.cidrs for v in topology.aws.vpcs if v.name == vpc)


def public_prefixes(topology: Topology) -> tuple[IPNetwork, ...]:
    """Amazon's prefixes: those of the public services, and of the VPN endpoints' outside addresses."""
    return tuple(dict.fromkeys((*(s.prefix for s in topology.aws.public_services), *vpn_prefixes(topology))))


def vpn_prefixes(topology: Topology) -> tuple[IPNetwork, ...]:
    """Where the public outside addresses of VPN tunnels come from, if there are any."""
    return (VPN_ENDPOINTS,) if any(not vpn.private for vpn in topology.vpns) else ()


def _within(cidr: IPNetwork, prefix: IPNetwork) -> bool:
    if isinstance(cidr, IPv4Network):
        return isinstance(prefix, IPv4Network) and cidr.subnet_of(prefix)
    return isinstance(prefix, IPv6Network) and cidr.subnet_of(prefix)
