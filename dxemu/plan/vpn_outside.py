"""Where the endpoints of VPN connections are, and AWS's outside addresses of their tunnels.

A VPN is in the Region of the gateway that it ends at. Amazon's prefix that the endpoints' addresses come from here
belongs to the Region of the file; those of another one are announced from there, each address by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network

from dxemu.aws.addresses import VPN_ENDPOINTS
from dxemu.plan.pools import Pool
from dxemu.topology.model import Topology, Vpn
from dxemu.topology.model_aws import TransitGateway


def region_of(vpn: Vpn, topology: Topology) -> str:
    """The Region of the gateway behind the VPN."""
    tgw = tgw_of(vpn, topology)
    if tgw is not None:
        return tgw.region
    vpc = next(gateway.vpc for gateway in topology.aws.virtual_private_gateways if gateway.name == vpn.gateway)
    return next(known.region for known in topology.aws.vpcs if known.name == vpc)


def tgw_of(vpn: Vpn, topology: Topology) -> TransitGateway | None:
    """The transit gateway that a VPN ends at; None: it is a virtual private gateway."""
    return next((tgw for tgw in topology.aws.transit_gateways if tgw.name == vpn.gateway), None)


def outside_address(vpn: Vpn, number: int, topology: Topology) -> IPv4Address:
    """AWS's outside address of a tunnel, given or drawn from the transit gateway's CIDR block or AWS's own prefix."""
    own = vpn.tunnels[number - 1].outside_address
    if own is not None:
        return own
    tgw = tgw_of(vpn, topology)
    pool = tgw.cidr_blocks[0] if vpn.private and tgw is not None else VPN_ENDPOINTS
    given = {tunnel.outside_address for other in topology.vpns for tunnel in other.tunnels}
    first = pool.network_address + 1

    def usable(pair: int) -> bool:
        return not given & {first + 2 * pair, first + 2 * pair + 1}

    pairs = Pool(f"pair of addresses of {pool}", (pool.num_addresses - 2) // 2, usable)
    found = {other.name: pairs.take(other.name) for other in topology.vpns if other.private == vpn.private}
    return first + 2 * found[vpn.name] + number - 1


def public_endpoints(topology: Topology) -> Mapping[IPv4Network, str]:
    """Amazon's prefixes of the public outside addresses of VPN tunnels, by Region."""
    public = [vpn for vpn in topology.vpns if not vpn.private]
    found = {VPN_ENDPOINTS: topology.aws.region} if public else {}
    for vpn in public:
        region = region_of(vpn, topology)
        if region != topology.aws.region:
            found |= {IPv4Network(outside_address(vpn, number, topology)): region for number in (1, 2)}
    return found
