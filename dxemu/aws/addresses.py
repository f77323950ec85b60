"""Peer addresses of virtual interfaces that the customer leaves to AWS, and the rules for those it chooses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Interface, IPv4Network

AUTO_ASSIGNED_RANGE = IPv4Network("169.254.0.0/16")
"""Where AWS takes peer addresses from.

Source: Direct Connect API, CreatePrivateVirtualInterface (botocore 1.44.5); read 2026-11-23.
"""

AUTO_ASSIGNED_PREFIX_LENGTH = 30
"""Length of the subnet that AWS assigns. The API says /30, one page of the guide says /29; dxemu follows the API.

Source: Direct Connect API, CreatePrivateVirtualInterface (botocore 1.44.5); read 2026-11-23.
"""

PEER_PREFIX_LENGTHS = (30, 31)
"""Lengths that are certain to work on every type of virtual interface. Both ends have the same one.

Source: Direct Connect User Guide, "Virtual interfaces", 2023 archive; read 2026-11-23.
"""

RESERVED: tuple[IPv4Network, ...] = (
    *(IPv4Network(f"169.254.{n}.0/30") for n in range(6)),
    IPv4Network("169.254.169.252/30"),
)
"""Subnets that AWS keeps for itself inside 169.254.0.0/16.

Published for VPN tunnels; dxemu leaves them free on virtual interfaces too.
Source: Site-to-Site VPN User Guide, "Tunnel options", 2026; read 2026-11-23.
"""


def free_subnets(used: Iterable[IPv4Network]) -> Iterator[IPv4Network]:
    """The subnets that AWS could assign, in order: neither reserved nor overlapping with `used`."""
    taken = (*RESERVED, *used)
    for subnet in AUTO_ASSIGNED_RANGE.subnets(new_prefix=AUTO_ASSIGNED_PREFIX_LENGTH):
        if not any(subnet.overlaps(other) for other in taken):
            yield subnet


def peer_addresses(subnet: IPv4Network) -> tuple[IPv4Interface, IPv4Interface]:
    """Amazon's address, then the customer's: the first and second usable ones of `subnet`.

    Source: Direct Connect User Guide, example of a router configuration (XML), 2023 archive; read 2026-11-23.
    """
    usable = subnet.hosts()
    amazon, customer = next(usable), next(usable)
    return (IPv4Interface((amazon, subnet.prefixlen)), IPv4Interface((customer, subnet.prefixlen)))


NOT_PUBLIC: tuple[IPv4Network, ...] = tuple(
    IPv4Network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
"""What nobody can own, so that AWS approves none of it on a public virtual interface. The prefixes for documentation
(RFC 5737) are left out: examples use them as public ones.

Source: RFC 6890, tables 1 to 16, and RFC 5771 (multicast).
"""
