"""Addresses that the topology leaves open: gateways of networks, links inside each side, router IDs, peers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface, IPv6Network, ip_interface

from dxemu.aws import addresses
from dxemu.aws.direct_connect_gateway import within
from dxemu.topology.model import Topology, VirtualInterface
from dxemu.units import IPAddress, IPInterface, IPNetwork

CIRCUITS = IPv4Network("100.64.0.0/16")
"""Where the /30 subnets of circuits between the customer's routers come from (RFC 6598)."""

BACKBONE = IPv4Network("100.65.0.0/16")
"""Where the /30 subnets of AWS's backbone come from. Real ones are not published."""

CUSTOMER_ROUTER_IDS = IPv4Network("100.64.255.0/24")
AWS_ROUTER_IDS = IPv4Network("100.65.252.0/22")

CIRCUITS_IPV6 = IPv6Network("fd00:64::/64")
BACKBONE_IPV6 = IPv6Network("fd00:65::/64")
"""The same for IPv6: /126 subnets of unique local addresses (RFC 4193)."""

AMAZON_PEERS_IPV6 = IPv6Network("2001:db8:dc::/64")
"""Where the /125 subnets of IPv6 sessions come from. AWS assigns them from its own space; this is a documentation
prefix (RFC 3849)."""

INTERNET = IPv4Network("100.66.0.0/16")
"""Where the /30 subnets of the Internet's own lines come from."""

PEERS_IPV6_LENGTH = 125

Peers = tuple[IPInterface, IPInterface]


def given_networks(topology: Topology) -> tuple[IPv4Network, ...]:
    """All IPv4 networks that the file names: nothing else may overlap with them."""
    peers = (
        address.network
        for vif in topology.virtual_interfaces
        for address in (vif.amazon_address, vif.customer_address)
        if address is not None
    )
    inside = (t.inside_cidr for vpn in topology.vpns for t in vpn.tunnels if t.inside_cidr is not None)
    data_center = topology.customer.data_center
    networks: list[IPNetwork] = [*data_center.networks, *data_center.public_networks, *peers, *inside]
    networks += [network for cage in topology.customer.colocations for network in cage.networks]
    networks += [cidr for vpc in topology.aws.vpcs for cidr in vpc.cidrs]
    networks += [block for tgw in topology.aws.transit_gateways for block in tgw.cidr_blocks]
    networks += [service.prefix for service in topology.aws.public_services]
    networks += [other.network for other in topology.other_customers]
    return tuple(network for network in networks if isinstance(network, IPv4Network))


class Links:
    """Both addresses of one point-to-point link after another, of either IP version."""

    def __init__(self, supernet: IPv4Network, supernet_ipv6: IPv6Network, avoid: Iterable[IPv4Network]) -> None:
        self._ipv4 = links(supernet, avoid)
        self._ipv6 = supernet_ipv6.subnets(new_prefix=126)

    def next(self, *, ipv6: bool) -> tuple[Peers, ...]:
        """The next link: its two IPv4 addresses, then with `ipv6` its two IPv6 ones."""
        ipv4: Peers = next(self._ipv4)
        if not ipv6:
            return (ipv4,)
        subnet = next(self._ipv6)
        first, second = subnet.network_address + 1, subnet.network_address + 2
        return ipv4, (IPv6Interface((first, 126)), IPv6Interface((second, 126)))


def links(supernet: IPv4Network, avoid: Iterable[IPv4Network]) -> Iterator[tuple[IPv4Interface, IPv4Interface]]:
    """Both addresses of each /30 of `supernet` that overlaps with none of `avoid`.

    Ends with ValueError when `supernet` is used up.
    """
    avoid = tuple(avoid)
    for subnet in supernet.subnets(new_prefix=30):
        if not any(subnet.overlaps(other) for other in avoid):
            first, second = subnet.hosts()
            yield IPv4Interface((first, 30)), IPv4Interface((second, 30))
    raise ValueError(f"no /30 subnet of {supernet} is left: the topology's own networks or links fill it")


def router_ids(names: Iterable[str], network: IPv4Network) -> Mapping[str, IPv4Address]:
    """A router ID for each of `names`, counting from the first address of `network`."""
    return {name: network.network_address + number for number, name in enumerate(names, start=1)}


def gateway_address(network: IPNetwork, taken: Iterable[IPAddress], avoid: Sequence[IPNetwork] = ()) -> IPInterface:
    """The first usable address of `network` that is not `taken`, nor in `avoid`. Raises ValueError if there is none."""
    used = set(taken)
    inside = [other for other in avoid if within(other, network)]
    for address in network.hosts():
        if address not in used and not any(address in other for other in inside):
            return ip_interface((address, network.prefixlen))
    raise ValueError(f"{network} has no address left for its gateway")


def network_of(host: IPAddress, networks: Iterable[IPNetwork]) -> IPNetwork:
    """The longest of `networks` that `host` is in. Raises ValueError if there is none."""
    around = [network for network in networks if host.version == network.version and host in network]
    if not around:
        raise ValueError(f"{host} is in none of the networks of its side")
    return max(around, key=lambda network: network.prefixlen)


def peer_addresses(topology: Topology) -> Mapping[str, tuple[Peers, ...]]:
    """Amazon's and the customer's address of each virtual interface, by its name, given or as AWS would pick them.

    For a dual-stack one two pairs, the IPv4 one first.
    """
    free = addresses.free_subnets(given_networks(topology))
    free_ipv6 = AMAZON_PEERS_IPV6.subnets(new_prefix=PEERS_IPV6_LENGTH)
    return {vif.name: _all_peers(vif, free, free_ipv6) for vif in topology.virtual_interfaces}


def inside_addresses(topology: Topology) -> Mapping[str, tuple[Peers, Peers]]:
    """Amazon's and the customer's inside address of both tunnels of each VPN, by its name.

    AWS takes the first usable address of the /30, the customer the second. Source: Site-to-Site VPN User Guide,
    "Tunnel options"; read 2026-11-23.
    """
    peers = [pair for pairs in peer_addresses(topology).values() for pair in pairs]
    used = [pair[0].network for pair in peers if isinstance(pair[0].network, IPv4Network)]
    free = addresses.free_subnets((*given_networks(topology), *used))
    found = {}
    for vpn in topology.vpns:
        first, second = (addresses.peer_addresses(tunnel.inside_cidr or next(free)) for tunnel in vpn.tunnels)
        found[vpn.name] = (first, second)
    return found


def _all_peers(
    vif: VirtualInterface, free: Iterator[IPv4Network], free_ipv6: Iterator[IPv6Network]
) -> tuple[Peers, ...]:
    ipv4 = _peers(vif, free)
    if not vif.ipv6:
        return (ipv4,)
    subnet = next(free_ipv6)
    amazon, customer = subnet.network_address + 1, subnet.network_address + 2
    return ipv4, (IPv6Interface((amazon, PEERS_IPV6_LENGTH)), IPv6Interface((customer, PEERS_IPV6_LENGTH)))


def _peers(vif: VirtualInterface, free: Iterator[IPv4Network]) -> Peers:
    amazon, customer = vif.amazon_address, vif.customer_address
    if amazon is not None:
        return amazon, customer or _other(amazon)
    if customer is not None:
        return _other(customer), customer
    subnet = next(free, None)
    if subnet is None:
        raise ValueError(f"no subnet of {addresses.AUTO_ASSIGNED_RANGE} is left for virtual interface '{vif.name}'")
    return addresses.peer_addresses(subnet)


def _other(peer: IPv4Interface) -> IPInterface:
    """The first other usable address of the subnet of `peer`."""
    return gateway_address(peer.network, (peer.ip,))
