"""Peer addresses of virtual interfaces that the customer leaves to AWS, and the rules for those it chooses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Interface, IPv4Network, IPv6Network
from itertools import cycle, islice
from types import MappingProxyType

from dxemu.units import IPNetwork

AUTO_ASSIGNED_RANGE = IPv4Network("169.254.0.0/16")
"""Where AWS takes peer addresses from.

Source: Direct Connect API, CreatePrivateVirtualInterface (botocore 1.44.5); read 2026-11-23.
"""

AUTO_ASSIGNED_PREFIX_LENGTH = 30
"""Length of the subnet that AWS assigns. The API says /30, one page of the guide says /29; dxemu follows the API.

Source: Direct Connect API, CreatePrivateVirtualInterface (botocore 1.44.5); read 2026-11-23.
"""

PEER_PREFIX_LENGTHS = (29, 30, 31)
"""Lengths that AWS takes on private and transit virtual interfaces, at both ends the same; a /29 is in its guide only.

Source: Direct Connect User Guide, "Virtual interfaces", 2023 archive; read 2026-11-23.
"""

PUBLIC_PEER_PREFIX_LENGTHS = (30, 31)
"""Lengths that AWS takes on public ones. Source: as `PEER_PREFIX_LENGTHS`."""

RESERVED: tuple[IPv4Network, ...] = (
    *(IPv4Network(f"169.254.{n}.0/30") for n in range(6)),
    IPv4Network("169.254.169.252/30"),
)
"""Subnets that AWS keeps for itself inside 169.254.0.0/16.

Published for VPN tunnels; dxemu leaves them free on virtual interfaces too.
Source: Site-to-Site VPN User Guide, "Tunnel options", 2026; read 2026-11-23.
"""


def peer_addresses(subnet: IPv4Network) -> tuple[IPv4Interface, IPv4Interface]:
    """Amazon's address, then the customer's: the first and second usable ones of `subnet`.

    Source: Direct Connect User Guide, example of a router configuration (XML), 2023 archive; read 2026-11-23.
    """
    usable = subnet.hosts()
    amazon, customer = next(usable), next(usable)
    return (IPv4Interface((amazon, subnet.prefixlen)), IPv4Interface((customer, subnet.prefixlen)))


WHY_NOT_PUBLIC: Mapping[IPv4Network, str] = MappingProxyType(
    {
        IPv4Network("0.0.0.0/8"): "this network (RFC 1122)",
        IPv4Network("10.0.0.0/8"): "private (RFC 1918)",
        IPv4Network("100.64.0.0/10"): "shared by carriers (RFC 6598)",
        IPv4Network("127.0.0.0/8"): "loopback (RFC 1122)",
        IPv4Network("169.254.0.0/16"): "link-local (RFC 3927)",
        IPv4Network("172.16.0.0/12"): "private (RFC 1918)",
        IPv4Network("192.0.0.0/24"): "for protocols (RFC 6890)",
        IPv4Network("192.168.0.0/16"): "private (RFC 1918)",
        IPv4Network("198.18.0.0/15"): "for benchmarks (RFC 2544)",
        IPv4Network("224.0.0.0/4"): "multicast (RFC 5771)",
        IPv4Network("240.0.0.0/4"): "reserved (RFC 1112)",
    }
)
"""What nobody can own, so that AWS approves none of it on a public virtual interface. The prefixes for documentation
(RFC 5737) are left out: examples use them as public ones.

Source: RFC 6890, tables 1 to 16, and RFC 5771 (multicast).
"""

NOT_PUBLIC: tuple[IPv4Network, ...] = tuple(WHY_NOT_PUBLIC)
"""The networks alone. Source: as `WHY_NOT_PUBLIC`."""

PUBLIC_IPV6 = IPv6Network("2000::/3")
"""Global unicast addresses. Source: RFC 4291 section 2.4."""

VPN_ENDPOINTS = IPv4Network("192.0.2.128/25")
"""Outside addresses of VPN tunnels where the file gives none. AWS has public ones; these are for documentation
(RFC 5737)."""

SYNTHETIC_RANGE = IPv4Network("198.18.0.0/16")
"""Where the prefixes come from that stand for the thousands which AWS announces on a public virtual interface: half of
a range for benchmarks (RFC 2544), so that no real prefix is meant."""

OWN_ADDRESSES = IPv4Network("198.19.0.0/16")
"""The other half, dxemu's own: links and router IDs, which AWS and the customer do not tell. No topology may have any
of it.

240.0.0.0/4 would leave more to topologies. Linux takes it, but not every daemon that may be a customer's: BIRD
(`ip4_classify`) is known to call it invalid, and FRR to drop it as martian. Neither was tried here.
"""

SYNTHETIC_LENGTH = 29
"""Of each of those prefixes: dxemu's own, so that there are enough of them."""

MOST_SYNTHETIC = 1 << (SYNTHETIC_LENGTH - SYNTHETIC_RANGE.prefixlen)
"""How many there are: dxemu's own, about what a router of a customer's was seen to hear (8,024)."""


def why_not_public(prefix: IPNetwork) -> str | None:
    """`10.0.0.0/8 is private (RFC 1918)`: why nobody can own all addresses of a prefix; None for a public one."""
    if isinstance(prefix, IPv6Network):
        return None if prefix.subnet_of(PUBLIC_IPV6) else f"{prefix} is not global unicast (RFC 4291)"
    if prefix.prefixlen == 0:
        return f"{prefix} is the default route"
    for network, why in WHY_NOT_PUBLIC.items():
        if prefix.subnet_of(network):
            return f"{prefix} is {why}"
        if network.subnet_of(prefix):
            return f"{prefix} holds {network}, which is {why}"
    return None


def synthetic_prefixes(count: int, regions: Sequence[str]) -> tuple[tuple[IPv4Network, str], ...]:
    """The first `count` prefixes of `SYNTHETIC_RANGE`, each with its Region, which take turns."""
    subnets = islice(SYNTHETIC_RANGE.subnets(new_prefix=SYNTHETIC_LENGTH), count)
    return tuple(zip(subnets, cycle(regions), strict=False))
