"""Hosts on one layer 2 segment with the router that is their gateway: the data centre's LAN, or a VPC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from dxemu.plan.addressing import gateway_address, network_of
from dxemu.plan.draft import Draft
from dxemu.plan.model import CableRole
from dxemu.topology.model import Host
from dxemu.units import BitsPerSecond, Seconds

DEFAULT_ROUTE = IPv4Network("0.0.0.0/0")
HOST_PORT = "eth0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """`router` is the gateway of `hosts`, which are in `networks`. `name` is that of the bridge, if one is needed."""

    name: str
    router: str
    hosts: Sequence[Host]
    networks: Sequence[IPv4Network]
    role: CableRole
    bandwidth: BitsPerSecond
    delay: Seconds
    mtu: int


def add_segment(draft: Draft, segment: Segment) -> None:
    """Cables from the hosts to the router, addresses, and the hosts' default routes. Nothing without hosts.

    One host hangs on a port of the router. For more the router has a bridge over their ports.
    """
    if not segment.hosts:
        return
    cables = [
        draft.cable(
            draft.cable_name(host.name, segment.role),
            segment.role,
            (host.name, HOST_PORT),
            (segment.router, host.name),
            bandwidth=segment.bandwidth,
            delay=segment.delay,
            mtu=segment.mtu,
        )
        for host in segment.hosts
    ]
    ports = tuple(cable.b.name for cable in cables)
    interface = ports[0] if len(ports) == 1 else draft.bridge(segment.router, segment.name, ports)
    gateways = _gateways(segment)
    for gateway in gateways.values():
        draft.address(segment.router, interface, gateway)
    for host in segment.hosts:
        network = network_of(host.address, segment.networks)
        draft.address(host.name, HOST_PORT, IPv4Interface((host.address, network.prefixlen)))
        draft.static_route(host.name, DEFAULT_ROUTE, gateways[network].ip)


def _gateways(segment: Segment) -> dict[IPv4Network, IPv4Interface]:
    """The router's address in each network: its first usable one that is free."""
    taken: set[IPv4Address] = {host.address for host in segment.hosts}
    gateways = {}
    for network in segment.networks:
        gateways[network] = gateway_address(network, taken)
        taken.add(gateways[network].ip)
    return gateways
