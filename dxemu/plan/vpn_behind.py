"""What is behind a VPN connection: its gateway's ASN, and what AWS announces in the tunnels."""

from __future__ import annotations

from dxemu.plan.edge import vpc_cidrs
from dxemu.plan.sites import asn_of
from dxemu.plan.transit_gateways import attached_vpcs
from dxemu.plan.vpn_outside import tgw_of
from dxemu.topology.model import Topology, VifType, VirtualInterface, Vpn
from dxemu.units import Asn, IPNetwork


def in_cloud_hub(vpn: Vpn, topology: Topology) -> bool:
    """Whether its virtual private gateway tells others what it hears in this VPN, by BGP: VPNs, virtual interfaces."""
    others = (other for other in topology.vpns if other.gateway == vpn.gateway and other.name != vpn.name)
    vpns = any(other.static_routes is None for other in others)
    vifs = any(tell_each_other(vif, vpn, topology) for vif in topology.virtual_interfaces)
    return vpn.static_routes is None and tgw_of(vpn, topology) is None and (vpns or vifs)


def tell_each_other(vif: VirtualInterface, vpn: Vpn, topology: Topology) -> bool:
    """Whether a virtual private gateway tells on one of its virtual interfaces what it hears in a VPN, and back.

    Where both have one ASN, and neither allows its own in, the routers would refuse all that they are told; so nothing
    is told here.
    """
    if vif.type is not VifType.PRIVATE or vif.gateway != vpn.gateway or vpn.static_routes is not None:
        return False
    allowed = vif.customer.allow_as_in or any(tunnel.customer.allow_as_in for tunnel in vpn.tunnels)
    return bool(allowed) or vif.asn != asn_of(topology, vpn.router)


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
