"""Transit gateways: VPCs and edges as attachments, each looked up in the route table that it is associated with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from dxemu.aws.mtu import TRANSIT_MSS, TRANSIT_MTU
from dxemu.plan.addressing import Links
from dxemu.plan.backbone import REGION_DELAY, BackboneLink, add_hop, attachment, delay_between, is_home_region
from dxemu.plan.draft import EVERYTHING, Draft
from dxemu.plan.edge import FIRST_TABLE, Edge, tables_of_node
from dxemu.plan.model import Attachment, AttachmentKind, Gateway, GatewayKind, MssClamp, Role, Side
from dxemu.plan.private_gateways import add_instances, edges_of
from dxemu.topology.model import Topology
from dxemu.topology.model_aws import TransitGateway, TransitGatewayRouteTable, Vpc
from dxemu.units import IPNetwork


def attached_vpcs(tgw: TransitGateway, topology: Topology) -> tuple[Vpc, ...]:
    """The VPCs attached to `tgw`."""
    return tuple(vpc for vpc in topology.aws.vpcs if vpc.name in tgw.attachments)


def add_transit_gateway_nodes(draft: Draft) -> None:
    """Transit gateways, the routers of the VPCs attached to them, and their instances."""
    for tgw in draft.topology.aws.transit_gateways:
        draft.node(tgw.name, Role.GATEWAY, Side.AWS, tgw.region)
    for tgw in draft.topology.aws.transit_gateways:
        for vpc in attached_vpcs(tgw, draft.topology):
            draft.node(vpc.name, Role.VPC, Side.AWS, vpc.region)
            for instance in vpc.instances:
                draft.node(instance.name, Role.INSTANCE, Side.AWS, vpc.region)


class TransitGatewayTables:
    """A transit gateway's route tables as kernel tables: which an attachment is associated with, which it feeds."""

    def __init__(self, tgw: TransitGateway) -> None:
        self.tables: tuple[TransitGatewayRouteTable, ...] = tgw.route_tables
        pool = tables_of_node()
        self.numbers = {table.name: FIRST_TABLE + pool.take(table.name) for table in self.tables}

    @property
    def all(self) -> tuple[int, ...]:
        """Every kernel table; the one default table if the file names none."""
        return tuple(self.numbers.values()) or (FIRST_TABLE,)

    def associated(self, name: str) -> int | None:
        """The table that packets from an attachment are looked up in; None if it is associated with none."""
        if not self.tables:
            return FIRST_TABLE
        return next((self.numbers[table.name] for table in self.tables if name in table.associations), None)

    def fed_by(self, name: str) -> tuple[int, ...]:
        """The tables that an attachment propagates its routes to."""
        if not self.tables:
            return (FIRST_TABLE,)
        return tuple(self.numbers[table.name] for table in self.tables if name in table.propagations)

    def has_static_route(self, number: int, prefix: IPNetwork) -> bool:
        """Whether a static route decides about a prefix in a table: it wins over what is propagated."""
        here = (table for table in self.tables if self.numbers[table.name] == number)
        return any(prefix == fixed for table in here for fixed, _ in table.static_routes)


def _allowed(topology: Topology, dxgw: str, tgw: str) -> tuple[IPNetwork, ...]:
    """The allowed prefixes of a transit gateway's association."""
    found = (a for g in topology.aws.direct_connect_gateways if g.name == dxgw for a in g.associations)
    return next((tuple(a.allowed_prefixes or ()) for a in found if a.gateway == tgw), ())


def add_transit_gateways(
    draft: Draft,
    edges: Iterable[Edge],
    vpn_hops: Mapping[str, list[tuple[str, BackboneLink, Attachment]]],
    links: Links,
) -> None:
    """Each transit gateway with its attachments. `vpn_hops` are VPN, hop and attachment by transit gateway."""
    edges = list(edges)
    for tgw in draft.topology.aws.transit_gateways:
        tables = TransitGatewayTables(tgw)
        ways: dict[str, list[BackboneLink]] = {}
        attachments: list[Attachment] = []
        ipv6 = any(cidr.version == 6 for vpc in attached_vpcs(tgw, draft.topology) for cidr in vpc.cidrs)  # noqa: PLR2004
        for vpc in attached_vpcs(tgw, draft.topology):
            ways[vpc.name] = [_attach_vpc(draft, tgw, vpc, tables, links)]
        for edge in edges_of(tgw.name, edges, draft.topology):
            hop = _attach_edge(draft, tgw, edge, links, ipv6=ipv6)
            ways.setdefault(edge.gateway, []).append(hop)
            attached = attachment(
                hop,
                AttachmentKind.DIRECT_CONNECT,
                edge.name,
                tables.fed_by(edge.gateway),
                through=edge.gateway,
                mtu=edge.mtu,
                home_region=is_home_region(
                    draft.topology, draft.nodes[edge.device].place, tgw.region, site_link=edge.site_link
                ),
            )
            attachments.append(replace(attached, allowed_prefixes=_allowed(draft.topology, edge.gateway, tgw.name)))
        for vpn, hop, attached in vpn_hops.get(tgw.name, ()):
            ways.setdefault(vpn, []).append(hop)
            attachments.append(attached)
        _associate(draft, tgw, ways, tables, {6, 4} if ipv6 else {4})
        fixed = _static_routes(draft, tgw, ways, tables)
        leads = {attached.name for attached in attachments}
        draft.mss_clamps.append(MssClamp(node=tgw.name, interface=None, mss=TRANSIT_MSS))
        draft.gateways.append(
            Gateway(
                node=tgw.name,
                kind=GatewayKind.TRANSIT_GATEWAY,
                asn=tgw.asn,
                prefixes=tuple(cidr for vpc in attached_vpcs(tgw, draft.topology) for cidr in vpc.cidrs),
                route_propagation=True,
                attachments=tuple(attachments),
                fixed=tuple((table, prefix) for table, prefix, _ in fixed),
                led=tuple((table, prefix, to) for table, prefix, to in fixed if to in leads),
                attached=_propagated(draft.topology, tgw, tables),
                vpn_ecmp_support=tgw.vpn_ecmp_support,
            )
        )


def _attach_vpc(
    draft: Draft, tgw: TransitGateway, vpc: Vpc, tables: TransitGatewayTables, links: Links
) -> BackboneLink:
    """The VPC's own routes to the transit gateway. Where the file gives none it has a default route, as most have."""
    ipv6 = any(cidr.version == 6 for cidr in vpc.cidrs)  # noqa: PLR2004
    hop = add_hop(draft, links, vpc.name, tgw.name, REGION_DELAY, ipv6=ipv6, mtu=TRANSIT_MTU)
    for prefix, _ in vpc.static_routes or ():
        draft.static_route(vpc.name, prefix, hop.far_of(prefix.version))
    for cidr in vpc.cidrs:
        if vpc.static_routes is None:
            draft.static_route(vpc.name, EVERYTHING[cidr.version], hop.far_of(cidr.version))
        for table in tables.fed_by(vpc.name):
            if not tables.has_static_route(table, cidr):
                draft.static_route(tgw.name, cidr, hop.near_of(cidr.version), table)
    add_instances(draft, vpc.name, vpc)
    return hop


def _attach_edge(draft: Draft, tgw: TransitGateway, edge: Edge, links: Links, *, ipv6: bool) -> BackboneLink:
    delay = delay_between(draft.topology, draft.nodes[edge.device].place, tgw.region)
    names = edge.hop_names(tgw.name)
    hop = add_hop(draft, links, edge.device, tgw.name, delay, ipv6=ipv6, mtu=TRANSIT_MTU, **names)
    edge.gateway_interfaces.append(hop.cable.a.name)
    prefixes: list[IPNetwork] = list(_reachable(draft.topology, edge.gateway, tgw.name))
    edge.prefixes += [(prefix, hop.far_of(prefix.version)) for prefix in prefixes]
    return hop


def _reachable(topology: Topology, dxgw: str, tgw: str) -> tuple[IPNetwork, ...]:
    """What packets from the customer may reach: the allowed prefixes, and what is really behind the gateway."""
    gateway = next(g for g in topology.aws.direct_connect_gateways if g.name == dxgw)
    allowed = next(a.allowed_prefixes for a in gateway.associations if a.gateway == tgw) or ()
    behind = next(g for g in topology.aws.transit_gateways if g.name == tgw)
    cidrs = tuple(cidr for vpc in attached_vpcs(behind, topology) for cidr in vpc.cidrs)
    return tuple(dict.fromkeys((*allowed, *cidrs, *behind.cidr_blocks)))


def _associate(
    draft: Draft,
    tgw: TransitGateway,
    ways: Mapping[str, list[BackboneLink]],
    tables: TransitGatewayTables,
    versions: Iterable[int],
) -> None:
    for table in tables.all:
        draft.nowhere_else(tgw.name, table, versions)
    for name, hops in ways.items():
        table_of = tables.associated(name)
        for hop in hops:
            if table_of is not None:
                draft.rule(tgw.name, hop.cable.b.name, table_of)
    draft.rule(tgw.name, None, tables.all[0])


def _propagated(
    topology: Topology, tgw: TransitGateway, tables: TransitGatewayTables
) -> tuple[tuple[int, IPNetwork], ...]:
    """The VPCs' networks in the tables that they are propagated to: no route from on-premises replaces them there."""
    return tuple(
        (table, cidr) for vpc in attached_vpcs(tgw, topology) for table in tables.fed_by(vpc.name) for cidr in vpc.cidrs
    )


def _static_routes(
    draft: Draft, tgw: TransitGateway, ways: Mapping[str, list[BackboneLink]], tables: TransitGatewayTables
) -> list[tuple[int, IPNetwork, str]]:
    """The static routes of the route tables: to a VPC, nowhere (blackhole), or to an attachment with ways of its own.

    What leads to the last is nowhere until one of its ways is known to lead on.
    """
    vpcs = {vpc.name for vpc in attached_vpcs(tgw, draft.topology)}
    fixed = []
    for table in tables.tables:
        number = tables.numbers[table.name]
        for prefix, to in table.static_routes:
            via = ways[to][0].near_of(prefix.version) if to in vpcs else None
            if via is not None or prefix.prefixlen:  # nowhere by default it is already
                draft.static_route(tgw.name, prefix, via, number)
            fixed.append((number, prefix, to or ""))
    return fixed
