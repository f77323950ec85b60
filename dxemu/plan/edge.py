"""The tables of AWS's edge: a speaker with a VRF of its own for each virtual interface of a Direct Connect device.

So the virtual interfaces of one device are kept apart although they may all hear the same prefixes, and the gateway
behind them hears of all of them: it, and each Region, chooses by its own view, on one device as on two. Only those with
SiteLink share a speaker, where every Region sees the same. Packets from the customer find the gateway's prefixes and
nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from dxemu.aws import direct_connect_gateway, mtu, public_vif
from dxemu.aws.addresses import synthetic_prefixes
from dxemu.aws.asn import PUBLIC_VIF_AMAZON_SIDE
from dxemu.aws.attachments import MULTIPATH_WIDTH
from dxemu.plan.connections import connection_of, device_nodes, device_of
from dxemu.plan.draft import Draft
from dxemu.plan.model import LookupRule, Side, Speaker, Vrf
from dxemu.plan.pools import Pool
from dxemu.plan.vpn_outside import public_endpoints
from dxemu.topology.model import Topology, VifType, VirtualInterface
from dxemu.units import Asn, IPAddress, IPNetwork

PUBLIC = "public"
"""Stands for the gateway that public virtual interfaces do not have."""

FIRST_TABLE = 10_000
TABLES = 10_000
FROM_CUSTOMER = TABLES
FROM_GATEWAY = 2 * TABLES
SITE_LINK = ":site_link"
"""Added to an edge's table: what packets from the customer, and from one of its gateways, may reach."""


class HopNames(TypedDict):
    """Names of a cable and of its two ports, as `add_hop` takes them."""

    name: str
    near_name: str
    far_name: str


@dataclass(slots=True, kw_only=True)
class Edge:
    """One speaker of a device, while the plan is being made. `gateway` is a VGW, a Direct Connect gateway or public.

    Virtual interfaces with SiteLink have a speaker of their own: what goes between them must not reach the others.
    `exchange_interfaces` lead to speakers that it tells what it hears: by SiteLink, in a `cloud_hub` endpoints of VPNs.
    `beside` is the virtual interface, if its device has one before it that leads to the same gateway.
    """

    name: str
    device: str
    gateway: str
    table: int
    site_link: bool = False
    cloud_hub: bool = False
    beside: str = ""
    customer_interfaces: list[str] = field(default_factory=list)
    gateway_interfaces: list[str] = field(default_factory=list)
    exchange_interfaces: list[str] = field(default_factory=list)
    prefixes: list[tuple[IPNetwork, IPAddress]] = field(default_factory=list)
    mtus: list[int] = field(default_factory=list)

    @property
    def mtu(self) -> int:
        """The smallest of its virtual interfaces'."""
        return min(self.mtus, default=mtu.DEFAULT)

    @property
    def way(self) -> str:
        """What its own interfaces and cables are called after: `dxgw`, `dxgw_vif_2`, `dxgw_site_link`."""
        if self.site_link:
            return f"{self.gateway}_site_link"
        return f"{self.gateway}_{self.beside}" if self.beside else self.gateway

    def hop_names(self, gateway: str) -> HopNames:
        """What its way to a gateway is called: `backbone_dx_1_dxgw_vgw`, `dxgw_vgw` here, `dx_1_dxgw` there."""
        if self.way in (gateway, PUBLIC):
            return HopNames(name=f"backbone_{self.device}_{gateway}", near_name=gateway, far_name=self.device)
        name = f"{self.way}_{gateway}"
        return HopNames(name=f"backbone_{self.device}_{name}", near_name=name, far_name=f"{self.device}_{self.way}")


EdgeKey = tuple[str, str, str]
"""Device, `leads_to`, and `Edge.beside`."""


def edge_keys(topology: Topology) -> tuple[EdgeKey, ...]:
    """What tells the edges apart, in the order of the virtual interfaces."""
    keys = list(keys_of_vifs(topology).values())
    keys += [(device_nodes(topology)[other.location, other.device], PUBLIC, "") for other in topology.other_customers]
    return tuple(dict.fromkeys(keys))


def keys_of_vifs(topology: Topology) -> Mapping[str, EdgeKey]:
    """The edge of each virtual interface, by its name."""
    found: dict[str, EdgeKey] = {}
    for vif in topology.virtual_interfaces:
        key = device_of(connection_of(vif, topology), topology), leads_to(vif), ""
        alone = vif.site_link or key not in found.values()
        found[vif.name] = key if alone else (*key[:2], vif.name)
    return found


def leads_to(vif: VirtualInterface) -> str:
    """The gateway that a virtual interface leads to, or public; with SiteLink that and a suffix."""
    gateway = PUBLIC if vif.type is VifType.PUBLIC or vif.gateway is None else vif.gateway
    return f"{gateway}{SITE_LINK}" if vif.site_link else gateway


def make_edges(topology: Topology) -> dict[EdgeKey, Edge]:
    """The edges by key, and called so, also one that is alone on its device."""
    tables: defaultdict[str, Pool] = defaultdict(tables_of_node)
    edges: dict[EdgeKey, Edge] = {}
    for device, to, beside in edge_keys(topology):
        own = f"{to}:{beside}" if beside else to
        edges[device, to, beside] = Edge(
            name=f"{device}:{own}",
            device=device,
            gateway=to.removesuffix(SITE_LINK),
            table=FIRST_TABLE + tables[device].take(own),
            site_link=to.endswith(SITE_LINK),
            beside=beside,
        )
    return edges


def tables_of_node() -> Pool:
    """Kernel tables of one node, counted from `FIRST_TABLE`."""
    return Pool("table", TABLES)


def finish_edges(draft: Draft, edges: Sequence[Edge]) -> None:
    """VRF, rules and routes of each edge, and its speaker, once all its interfaces and prefixes are known."""
    for edge in edges:
        interfaces = (*edge.customer_interfaces, *edge.gateway_interfaces)
        name = draft.interface_name(edge.device, f"vrf_{edge.way}")
        draft.vrfs.append(Vrf(node=edge.device, name=name, table=edge.table, interfaces=interfaces))
        inward = edge.table + FROM_CUSTOMER
        for prefix, via in edge.prefixes:
            for table in (edge.table, inward):
                draft.static_route(edge.device, prefix, via, table)
        versions = {4, *(prefix.version for prefix, _ in edge.prefixes)}
        for table in (edge.table, inward):
            draft.nowhere_else(edge.device, table, versions)
        for interface in () if edge.site_link or edge.cloud_hub else edge.customer_interfaces:
            draft.rules.append(LookupRule(node=edge.device, incoming=interface, table=inward))
        for interface in edge.exchange_interfaces:
            draft.rules.append(LookupRule(node=edge.device, incoming=interface, table=edge.table))
        _keep_gateways_apart(draft, edge)
        home = _home_region(draft, edge.device)
        draft.speakers.append(
            Speaker(
                name=edge.name,
                node=edge.device,
                side=Side.AWS,
                asn=asn_of(draft.topology, edge.gateway),
                router_id=draft.router_ids.of(edge.name)[0],
                originates=announced(draft.topology, edge.gateway),
                table=edge.table,
                maximum_paths=MULTIPATH_WIDTH,
                site_link=edge.site_link,
                cloud_hub=edge.cloud_hub,
                region=home,
                tags=_tags(draft.topology, home) if edge.gateway == PUBLIC else (),
            )
        )


def _keep_gateways_apart(draft: Draft, edge: Edge) -> None:
    """A Direct Connect gateway carries nothing from one VPC to another.

    With the supernet exception the edge would, and what keeps them apart is that a VPC has no route to the other: it
    gets one as long as the customer announces a network around it, over the same virtual interface.
    Source: Direct Connect User Guide, "Direct Connect gateways"; read 2026-11-23.
    """
    dxgws = draft.topology.aws.direct_connect_gateways
    excepted = any(dxgw.name == edge.gateway and dxgw.supernet_exception for dxgw in dxgws)
    if len(edge.gateway_interfaces) < 2 or excepted:  # noqa: PLR2004
        return
    table = edge.table + FROM_GATEWAY
    cidrs = {cidr for vpc in draft.topology.aws.vpcs for cidr in vpc.cidrs}
    for prefix in dict.fromkeys(prefix for prefix, _ in edge.prefixes if prefix in cidrs):
        draft.static_route(edge.device, prefix, None, table)
    for interface in edge.gateway_interfaces:
        draft.rules.append(LookupRule(node=edge.device, incoming=interface, table=table))


def asn_of(topology: Topology, gateway: str) -> Asn:
    """The Amazon-side ASN of virtual interfaces that lead to `gateway`."""
    aws = topology.aws
    asns = {g.name: g.asn for g in aws.virtual_private_gateways} | {g.name: g.asn for g in aws.direct_connect_gateways}
    return asns.get(gateway, PUBLIC_VIF_AMAZON_SIDE)


def announced(topology: Topology, gateway: str) -> tuple[IPNetwork, ...]:
    """What the customer hears on a virtual interface to `gateway`.

    A virtual private gateway's VPC; through a Direct Connect gateway what its allowed prefixes let through, or for a
    transit gateway literally the allowed prefixes; on a public one Amazon's prefixes.
    Source: Direct Connect User Guide, "Allowed prefixes interactions"; read 2026-11-23.
    """
    if gateway == PUBLIC:
        return tuple(public_prefixes(topology))
    dxgw = next((g for g in topology.aws.direct_connect_gateways if g.name == gateway), None)
    if dxgw is None:
        return vpc_cidrs(topology, gateway)
    prefixes: list[IPNetwork] = []
    transit = {tgw.name for tgw in topology.aws.transit_gateways}
    for association in dxgw.associations:
        allowed = association.allowed_prefixes
        if association.gateway in transit:
            prefixes += direct_connect_gateway.announced_of_transit_gateway(allowed)
        else:
            cidrs = vpc_cidrs(topology, association.gateway)
            prefixes += direct_connect_gateway.announced_of_virtual_private_gateway(cidrs, allowed)
    return tuple(dict.fromkeys(prefixes))


def vpc_cidrs(topology: Topology, vgw: str) -> tuple[IPNetwork, ...]:
    """The prefixes of the VPC that a virtual private gateway is attached to."""
    vpc = next(g.vpc for g in topology.aws.virtual_private_gateways if g.name == vgw)
    return next(v.cidrs for v in topology.aws.vpcs if v.name == vpc)


def public_prefixes(topology: Topology) -> Mapping[IPNetwork, str]:
    """Amazon's prefixes by Region: of the public services, of the VPN endpoints' outside addresses, synthetic ones."""
    aws = topology.aws
    found: dict[IPNetwork, str] = {service.prefix: service.region for service in aws.public_services}
    found |= dict(public_endpoints(topology).items())
    return found | dict(synthetic_prefixes(aws.public_prefix_count, (aws.region, *aws.region_delays)))


def _home_region(draft: Draft, device: str) -> str:
    """The Region that a device's location is associated with."""
    place = draft.nodes[device].place
    return next(location.region for location in draft.topology.aws.locations if location.code == place)


def _tags(topology: Topology, home: str) -> tuple[tuple[IPNetwork, tuple[str, ...]], ...]:
    """The communities of Amazon's prefixes at a location of `home`."""
    return tuple((prefix, public_vif.tags(home, region)) for prefix, region in public_prefixes(topology).items())
