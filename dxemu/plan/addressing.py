"""Addresses that the topology leaves open: gateways of networks, links inside each side, router IDs, peers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Interface, IPv6Network, ip_interface

from dxemu.aws import addresses
from dxemu.aws.direct_connect_gateway import within
from dxemu.plan.pools import Pool
from dxemu.topology.model import Topology, VirtualInterface
from dxemu.units import IPAddress, IPInterface, IPNetwork

ROUTER_IDS = IPv4Network("198.19.0.0/18")
"""Where router IDs come from: all of them, and the addresses of our own links, are in
198.19.0.0/16 (for benchmarks, RFC 2544), where no topology may have any."""

CIRCUITS = IPv4Network("198.19.64.0/18")
"""Where the /30 subnets of circuits between the customer's routers come from."""

BACKBONE = IPv4Network("198.19.128.0/17")
"""Where the /30 subnets of AWS's backbone come from. Real ones are not published."""

CIRCUITS_IPV6 = IPv6Network("fd00:64::/64")
BACKBONE_IPV6 = IPv6Network("fd00:65::/64")
"""The same for IPv6: /126 subnets of unique local addresses (RFC 4193)."""

AMAZON_PEERS_IPV6 = IPv6Network("2001:db8:dc::/64")
"""Where the /125 subnets of IPv6 sessions come from. AWS assigns them from its own space; this is a documentation
prefix (RFC 3849)."""

PEERS_IPV6_LENGTH = 125
_LINKS_IPV6 = 1 << 24
_PEERS_IPV6 = 1 << 24
_IDS_TOGETHER = 4

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
    """Both addresses of a point-to-point link, of either IP version, by the link's name."""

    def __init__(self, supernet: IPv4Network, supernet_ipv6: IPv6Network, avoid: Iterable[IPv4Network]) -> None:
        self._ipv4 = Subnets(supernet, 30, avoid)
        self._first_ipv6 = supernet_ipv6.network_address
        self._ipv6 = Pool(f"/126 subnet of {supernet_ipv6}", _LINKS_IPV6)

    def of(self, link: str, *, ipv6: bool) -> tuple[Peers, ...]:
        """Those of `link`: its two IPv4 addresses, then with `ipv6` its two IPv6 ones."""
        first, second = self._ipv4.of(link).hosts()
        ipv4: Peers = (IPv4Interface((first, 30)), IPv4Interface((second, 30)))
        if not ipv6:
            return (ipv4,)
        subnet = self._first_ipv6 + 4 * self._ipv6.take(link)
        return ipv4, (IPv6Interface((subnet + 1, 126)), IPv6Interface((subnet + 2, 126)))


class Subnets:
    """The subnets of one length in `supernet` that overlap with none of `avoid`, each by the key that it is for."""

    def __init__(self, supernet: IPv4Network, length: int, avoid: Iterable[IPv4Network]) -> None:
        self._supernet = supernet
        self._length = length
        self._avoid = tuple(other for other in avoid if other.overlaps(supernet))
        size = 1 << (length - supernet.prefixlen)
        self._pool = Pool(f"/{length} subnet of {supernet}", size, usable=self._usable)

    def of(self, key: str) -> IPv4Network:
        """A subnet for `key`. Raises ValueError when all are given out or avoided."""
        return self._subnet(self._pool.take(key))

    def _subnet(self, number: int) -> IPv4Network:
        return IPv4Network((self._supernet.network_address + (number << (32 - self._length)), self._length))

    def _usable(self, number: int) -> bool:
        return not any(self._subnet(number).overlaps(other) for other in self._avoid)


class RouterIds:
    """Router IDs by what they are for. What comes in pairs has them side by side, the first one's the lower."""

    def __init__(self) -> None:
        self._pool = Pool(f"router ID of {ROUTER_IDS}", ROUTER_IDS.num_addresses // _IDS_TOGETHER)

    def of(self, key: str, together: int = 1) -> tuple[IPv4Address, ...]:
        """The IDs of `together` speakers, 3 at most, that are called `key`."""
        first = ROUTER_IDS.network_address + _IDS_TOGETHER * self._pool.take(key)
        return tuple(first + number for number in range(1, together + 1))


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
    free = Subnets(addresses.AUTO_ASSIGNED_RANGE, addresses.AUTO_ASSIGNED_PREFIX_LENGTH, _not_free(topology))
    free_ipv6 = Pool(f"/{PEERS_IPV6_LENGTH} subnet of {AMAZON_PEERS_IPV6}", _PEERS_IPV6)
    return {vif.name: _all_peers(vif, free, free_ipv6) for vif in topology.virtual_interfaces}


def _not_free(topology: Topology) -> tuple[IPv4Network, ...]:
    """What AWS keeps for itself, and what is taken already."""
    return (*addresses.RESERVED, *given_networks(topology))


def inside_addresses(topology: Topology) -> Mapping[str, tuple[Peers, Peers]]:
    """Amazon's and the customer's inside address of both tunnels of each VPN, by its name.

    AWS takes the first usable address of the /30, the customer the second. Source: Site-to-Site VPN User Guide,
    "Tunnel options"; read 2026-11-23.
    """
    peers = [pair for pairs in peer_addresses(topology).values() for pair in pairs]
    used = [pair[0].network for pair in peers if isinstance(pair[0].network, IPv4Network)]
    avoid = (*_not_free(topology), *used)
    free = Subnets(addresses.AUTO_ASSIGNED_RANGE, addresses.AUTO_ASSIGNED_PREFIX_LENGTH, avoid)
    found = {}
    for vpn in topology.vpns:
        first, second = (
            addresses.peer_addresses(tunnel.inside_cidr or free.of(f"{vpn.name}/{number}"))
            for number, tunnel in enumerate(vpn.tunnels, start=1)
        )
        found[vpn.name] = (first, second)
    return found


def _all_peers(vif: VirtualInterface, free: Subnets, free_ipv6: Pool) -> tuple[Peers, ...]:
    ipv4 = _peers(vif, free)
    if not vif.ipv6:
        return (ipv4,)
    subnet = AMAZON_PEERS_IPV6.network_address + (free_ipv6.take(vif.name) << (128 - PEERS_IPV6_LENGTH))
    return ipv4, (IPv6Interface((subnet + 1, PEERS_IPV6_LENGTH)), IPv6Interface((subnet + 2, PEERS_IPV6_LENGTH)))


def _peers(vif: VirtualInterface, free: Subnets) -> Peers:
    amazon, customer = vif.amazon_address, vif.customer_address
    if amazon is not None:
        return amazon, customer or _other(amazon)
    if customer is not None:
        return _other(customer), customer
    return addresses.peer_addresses(free.of(vif.name))


def _other(peer: IPv4Interface) -> IPInterface:
    """The first other usable address of the subnet of `peer`."""
    return gateway_address(peer.network, (peer.ip,))
