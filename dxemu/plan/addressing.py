"""Addresses that the topology leaves open: gateways of networks, links inside each side, router IDs, peers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from dxemu.aws import addresses
from dxemu.topology.model import Topology, VirtualInterface

CIRCUITS = IPv4Network("100.64.0.0/16")
"""Where the /30 subnets of circuits between the customer's routers come from (RFC 6598)."""

BACKBONE = IPv4Network("100.65.0.0/16")
"""Where the /30 subnets of AWS's backbone come from. Real ones are not published."""

CUSTOMER_ROUTER_IDS = IPv4Network("100.64.255.0/24")
AWS_ROUTER_IDS = IPv4Network("100.65.255.0/24")

Peers = tuple[IPv4Interface, IPv4Interface]


def given_networks(topology: Topology) -> tuple[IPv4Network, ...]:
    """All networks that the file names: nothing else may overlap with them."""
    peers = (
        address.network
        for vif in topology.virtual_interfaces
        for address in (vif.amazon_address, vif.customer_address)
        if address is not None
    )
    return (*topology.customer.data_center.networks, *(vpc.cidr for vpc in topology.aws.vpcs), *peers)


def links(supernet: IPv4Network, avoid: Iterable[IPv4Network]) -> Iterator[Peers]:
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


def gateway_address(network: IPv4Network, hosts: Iterable[IPv4Address]) -> IPv4Interface:
    """The first usable address of `network` that none of `hosts` has. Raises ValueError if there is none."""
    taken = set(hosts)
    for address in network.hosts():
        if address not in taken:
            return IPv4Interface((address, network.prefixlen))
    raise ValueError(f"{network} has no address left for its gateway")


def network_of(host: IPv4Address, networks: Iterable[IPv4Network]) -> IPv4Network:
    """The longest of `networks` that `host` is in. Raises ValueError if there is none."""
    around = [network for network in networks if host in network]
    if not around:
        raise ValueError(f"{host} is in none of the networks of its side")
    return max(around, key=lambda network: network.prefixlen)


def peer_addresses(topology: Topology) -> Mapping[str, Peers]:
    """Amazon's and the customer's address of each virtual interface, by its name, given or as AWS would pick them."""
    free = addresses.free_subnets(given_networks(topology))
    return {vif.name: _peers(vif, free) for vif in topology.virtual_interfaces}


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


def _other(peer: IPv4Interface) -> IPv4Interface:
    """The first other usable address of the subnet of `peer`."""
    return gateway_address(peer.network, (peer.ip,))
