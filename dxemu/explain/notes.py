"""What a design says of a prefix beside BGP: whose network it is, allowed prefixes, route propagation."""

from __future__ import annotations

from collections.abc import Iterator

from dxemu.explain.state import State
from dxemu.plan.vpn_behind import prefixes_of
from dxemu.topology.model import Topology
from dxemu.topology.model_aws import Association, DirectConnectGateway
from dxemu.units import IPNetwork

ALLOWED = 'Direct Connect User Guide, "Allowed prefixes interactions"'


def notes(state: State, prefix: IPNetwork) -> Iterator[str]:
    """Sentences without a full stop."""
    topology = state.topology
    for vpc in topology.aws.vpcs:
        if prefix in vpc.cidrs:
            yield f"it is the CIDR of VPC {vpc.name}"
    if prefix in topology.customer.data_center.networks:
        yield "it is a network of the data center"
    if prefix in topology.customer.data_center.public_networks:
        yield "it is a public network of the data center: announced on public virtual interfaces only"
    for dxgw in topology.aws.direct_connect_gateways:
        for association in dxgw.associations:
            yield from _allowed(topology, dxgw, association, prefix)
    yield from _over_vpns(topology, prefix)
    for vgw in topology.aws.virtual_private_gateways:
        if not vgw.route_propagation:
            fixed = next(vpc.static_routes for vpc in topology.aws.vpcs if vpc.name == vgw.vpc) or ()
            words = f", and has static routes: {', '.join(str(p) for p, _ in fixed)}" if fixed else ""
            where = f"the route table of VPC {vgw.vpc}"
            yield f"route propagation of {vgw.name} is off: {where} gets nothing from it{words}"


def _over_vpns(topology: Topology, prefix: IPNetwork) -> Iterator[str]:
    """Where a transit gateway has a VPC, and the route table of a VPN has it not: nothing is announced there."""
    for vpn in topology.vpns:
        tgw = next((g for g in topology.aws.transit_gateways if g.name == vpn.gateway), None)
        if tgw is None or prefix not in _cidrs(topology, tgw.name) or prefix in prefixes_of(vpn, topology):
            continue
        table = next((table.name for table in tgw.route_tables if vpn.name in table.associations), None)
        why = "it is associated with no route table" if table is None else f"its route table {table} does not have it"
        yield f"{tgw.name} does not announce it over {vpn.name}: {why}"


def _allowed(
    topology: Topology, dxgw: DirectConnectGateway, association: Association, prefix: IPNetwork
) -> Iterator[str]:
    """What the allowed prefixes of an association make of a prefix that is behind it, or that they name."""
    behind = _cidrs(topology, association.gateway)
    allowed = association.allowed_prefixes
    listed = ", ".join(str(p) for p in allowed or ()) or "none"
    where = f"{dxgw.name} with {association.gateway}"
    literal = any(tgw.name == association.gateway for tgw in topology.aws.transit_gateways)
    if literal and prefix in (allowed or ()):
        yield f"{where}: announced because it is an allowed prefix, whatever is behind ({ALLOWED})"
    elif literal and prefix in behind:
        yield f"{where}: not announced; the allowed prefixes are announced literally: {listed} ({ALLOWED})"
    elif not literal and prefix in behind and allowed is not None:
        passes = any(_within(prefix, p) for p in allowed)
        word = "passes" if passes else "does not pass"
        yield f"{where}: it {word} the filter of the allowed prefixes: {listed} ({ALLOWED})"
    elif not literal and prefix in (allowed or ()) and prefix not in behind:
        yield f"{where}: an allowed prefix of a virtual private gateway is a filter and announces nothing ({ALLOWED})"


def _cidrs(topology: Topology, gateway: str) -> tuple[IPNetwork, ...]:
    names = {g.vpc for g in topology.aws.virtual_private_gateways if g.name == gateway}
    names |= {vpc for g in topology.aws.transit_gateways if g.name == gateway for vpc in g.attachments}
    return tuple(cidr for vpc in topology.aws.vpcs if vpc.name in names for cidr in vpc.cidrs)


def _within(prefix: IPNetwork, other: IPNetwork) -> bool:
    same = prefix.version == other.version and prefix.prefixlen >= other.prefixlen
    return same and prefix.network_address in other
