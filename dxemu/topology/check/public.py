"""Which addresses are public."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

from dxemu.aws.addresses import NOT_PUBLIC, PUBLIC_IPV6
from dxemu.topology.check.networks import overlap
from dxemu.units import IPNetwork

PRIVATE = tuple(IPv4Network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
"""RFC 1918, and RFC 6598's shared addresses."""


def is_public(network: IPNetwork) -> bool:
    """Whether all of `network` can be routed on the Internet. Prefixes for documentation count as public ones."""
    if isinstance(network, IPv6Network):
        return network.subnet_of(PUBLIC_IPV6)
    return not any(overlap(network, other) for other in NOT_PUBLIC)


def is_private(network: IPv4Network) -> bool:
    """Whether `network` is for private use: RFC 1918, or RFC 6598's shared addresses."""
    return any(network.subnet_of(private) for private in PRIVATE)
