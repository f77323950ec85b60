"""Hosts on one layer 2 segment with the router that is their gateway: the data centre's LAN, or a VPC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface

from dxemu.plan.addressing import gateway_address, network_of
from dxemu.plan.draft import EVERYTHING, Draft
from dxemu.plan.model import CableRole
from dxemu.topology.model import Host
from dxemu.units import BitsPerSecond, IPAddress, IPInterface, IPNetwork, Seconds

HOST_PORT = "eth0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """`router` is the gateway of `hosts`, which are in `networks`. `name` is that of the bridge, if one is needed.

    The router takes no address of `avoid`: networks inside these ones that are elsewhere.
    """

    name: str
    router: str
    hosts: Sequence[Host]
    networks: Sequence[IPNetwork]
    role: CableRole
    bandwidth: BitsPerSecond
    delay: Seconds
    mtu: int
    avoid: Sequence[IPNetwork] = ()


def add_segment(draft: Draft, segment: Segment) -> None:
    """Cables from the hosts to the router, addresses, and the hosts' default routes. Nothing without hosts.

    One host hangs on a port of the router. For more the router has a bridge over their ports.
    """
    if not segment.hosts:
        return
    ports = host_ports(draft, segment)
    interface = ports[0] if len(ports) == 1 else draft.bridge(segment.router, segment.name, ports)
    gateways = gateway_addresses(segment)
    for gateway in gateways.values():
        draft.address(segment.router, interface, gateway)
    add_host_addresses(draft, segment, gateways)


def host_ports(draft: Draft, segment: Segment) -> tuple[str, ...]:
    """A cable from each host to `segment.router`; gives the router's ports."""
    return tuple(
        draft.cable(
            draft.cable_name(host.name, segment.role),
            segment.role,
            (host.name, HOST_PORT),
            (segment.router, host.name),
            bandwidth=segment.bandwidth,
            delay=segment.delay,
            mtu=segment.mtu,
        ).b.name
        for host in segment.hosts
    )


def add_host_addresses(draft: Draft, segment: Segment, gateways: dict[IPNetwork, IPInterface]) -> None:
    """Each host's addresses, and a default route of each IP version."""
    for host in segment.hosts:
        for address in host.addresses:
            network = network_of(address, segment.networks)
            draft.address(host.name, HOST_PORT, _with_length(address, network))
            draft.static_route(host.name, EVERYTHING[address.version], gateways[network].ip)


def gateway_addresses(segment: Segment) -> dict[IPNetwork, IPInterface]:
    """The router's address in each network that has a host: its first usable one that is free."""
    taken: set[IPAddress] = {address for host in segment.hosts for address in host.addresses}
    gateways = {}
    for network in segment.networks:
        gateways[network] = gateway_address(network, taken, segment.avoid)
        taken.add(gateways[network].ip)
    return gateways


def _with_length(address: IPAddress, network: IPNetwork) -> IPInterface:
    if address.version == 4:  # noqa: PLR2004
        return IPv4Interface((address, network.prefixlen))
    return IPv6Interface((address, network.prefixlen))
