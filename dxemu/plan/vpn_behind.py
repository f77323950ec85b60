"""What is behind a VPN connection: its gateway's ASN, and what AWS announces in the tunnels."""

from __future__ import annotations

from dxemu.plan.edge import vpc_cidrs
from dxemu.plan.transit_gateways import attached_vpcs
from dxemu.plan.vpn_outside import tgw_of
from dxemu.topology.model import Topology, Vpn
from dxemu.units import Asn, IPNetwork


def in_cloud_hub(vpn: Vpn, topology: Topology) -> bool:
    """Whether its virtual private gateway tells other VPNs what it hears in this one, by BGP."""
    others = (other for other in topology.vpns if other.gateway == vpn.gateway and other.name != vpn.name)
    by_bgp = vpn.static_routes is None and any(other.static_routes is None for other in others)
    return by_bgp and tgw_of(vpn, topology) is None


def gateway_asn(vpn: Vpn, topology: Topology) -> Asn:
    """The ASN of AWS's end of the BGP session: the gateway's."""
    aws = topology.aws
    asns = {g.name: g.asn for g in aws.virtual_private_gateways} | {g.name: g.asn for g in aws.transit_gateways}
    return asns[vpn.gateway]


def prefixes_of(vpn: Vpn, topology: Topology) -> tuple[IPNetwork, ...]:
    """What the customer hears in the tunnel: the VPC's prefixes, of a transit gateway what its route table has.

    That is the table that the VPN is associated with: the VPCs that propagate to it, and static routes that lead to
    another attachment; a blackhole is not announced.
    Source: Transit Gateway User Guide, "Routing" (static routes and VPN attachments); read 2026-11-23.
    """
    tgw = tgw_of(vpn, topology)
    if tgw is None:
        return vpc_cidrs(topology, vpn.gateway)
    if not tgw.route_tables:
        return tuple(cidr for vpc in attached_vpcs(tgw, topology) for cidr in vpc.cidrs)
    found: list[IPNetwork] = []
    for table in tgw.route_tables:
        if vpn.name in table.associations:
            propagated = (vpc for vpc in attached_vpcs(tgw, topology) if vpc.name in table.propagations)
            found += [cidr for vpc in propagated for cidr in vpc.cidrs]
            found += [prefix for prefix, to in table.static_routes if to not in (None, vpn.name)]
    return tuple(dict.fromkeys(found))


def behind(vpn: Vpn, topology: Topology) -> tuple[IPNetwork, ...]:
    """What the endpoint hands to the gateway: also what is not announced, which the gateway's table decides about."""
    tgw = tgw_of(vpn, topology)
    attached = () if tgw is None else (cidr for vpc in attached_vpcs(tgw, topology) for cidr in vpc.cidrs)
    return tuple(dict.fromkeys((*prefixes_of(vpn, topology), *attached)))
