"""Many routes of BGP's at once: into a table, out of it, and what a kernel tells of them. As bytes.

With pyroute2 one route costs some 2,500 calls of Python functions to put in and as many to read of it; with a request
of its own, four system calls, each of which costs the embedded kernel 10 us and more. With many in one message that is
less than a tenth.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from types import MappingProxyType

from dxemu.netlink.message import attribute, attributes
from dxemu.netlink.route import (
    ANY_TYPE,
    BGP,
    COMPAT,
    FAMILY,
    MAIN,
    RTM_DELROUTE,
    RTM_NEWROUTE,
    UNICAST,
    UNIVERSE,
    VERSION,
)
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_REPLACE, Netlink, NetlinkError
from dxemu.units import IPAddress, IPNetwork

RTA_DST, RTA_OIF, RTA_GATEWAY, RTA_METRICS, RTA_MULTIPATH, RTA_TABLE = 1, 4, 5, 8, 9, 15
RTAX_MTU = 2
_HEADER = struct.Struct("=BBBBBBBBI")
"""struct rtmsg: family, destination's and source's length, TOS, table, protocol, scope, type, flags."""
_NEXT_HOP = struct.Struct("=HBBi")
"""struct rtnexthop: length, flags, weight - 1, interface."""
_NUMBER = struct.Struct("=i")
_NETLINK_HEADER = 16
_NETWORK: dict[int, type[IPNetwork]] = {4: IPv4Network, 6: IPv6Network}

NO_MTUS: Mapping[IPNetwork, int] = MappingProxyType({})

Told = tuple[IPNetwork, tuple[IPAddress, ...], int, int]
"""Prefix, next hops, number of the (first) interface, table."""


async def apply(
    netlink: Netlink,
    routes: Sequence[tuple[IPNetwork, Sequence[IPAddress]]],
    *,
    table: int,
    mtus: Mapping[IPNetwork, int] = NO_MTUS,
) -> Mapping[IPNetwork, NetlinkError]:
    """Put each route in, in place of one to the same prefix, or, without next hops, take it out.

    Several next hops share the flows. `mtus` are the longest packets to a prefix in bytes, where the way would take
    longer ones. Gives the error by prefix for those that the kernel refused.
    """
    refused = await netlink.batch([_request(prefix, vias, table, mtus.get(prefix)) for prefix, vias in routes])
    found = {}
    for at, (number, said) in refused.items():
        prefix, vias = routes[at]
        words = f"route {prefix} via {' and '.join(map(str, vias))}" if vias else f"delete route {prefix}"
        found[prefix] = NetlinkError(f"{netlink.namespace.name}: {words}", number, said)
    return found


def _request(prefix: IPNetwork, vias: Sequence[IPAddress], table: int, mtu: int | None) -> tuple[int, int, bytes]:
    kind = UNICAST if vias else ANY_TYPE
    small = table if table < COMPAT or table == MAIN else COMPAT
    payload = _HEADER.pack(FAMILY[prefix.version], prefix.prefixlen, 0, 0, small, BGP, UNIVERSE, kind, 0)
    payload += attribute(RTA_TABLE, _NUMBER.pack(table))
    if prefix.prefixlen:
        payload += attribute(RTA_DST, prefix.network_address.packed)
    if len(vias) == 1:
        payload += _gateway(vias[0])
    elif vias:
        hops = [_NEXT_HOP.pack(_NEXT_HOP.size + len(hop), 0, 0, 0) + hop for hop in map(_gateway, vias)]
        payload += attribute(RTA_MULTIPATH, b"".join(hops))
    if vias and mtu is not None:
        payload += attribute(RTA_METRICS, attribute(RTAX_MTU, _NUMBER.pack(mtu)))
    return (RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, payload) if vias else (RTM_DELROUTE, 0, payload)


@lru_cache(256)
def _gateway(via: IPAddress) -> bytes:
    return attribute(RTA_GATEWAY, via.packed)


def told(message: bytes) -> Told | None:
    """What a kernel's message says of a route; None of one that is not BGP's."""
    family, length, _, _, table, protocol, _, _, _ = _HEADER.unpack_from(message, _NETLINK_HEADER)
    if protocol != BGP:
        return None
    version = VERSION[family]
    found = attributes(message[_NETLINK_HEADER + _HEADER.size :])
    prefix: IPNetwork = _NETWORK[version]((int.from_bytes(found.get(RTA_DST, b""), "big"), length))
    if RTA_MULTIPATH in found:
        hops = list(_hops(found[RTA_MULTIPATH]))
    else:
        hops = [(found.get(RTA_GATEWAY, b""), _number(found.get(RTA_OIF), 0))]
    vias = tuple([_address(via) for via, _ in hops if via])
    return prefix, vias, hops[0][1], _number(found.get(RTA_TABLE), table)


def _number(data: bytes | None, other: int) -> int:
    return other if data is None else int(_NUMBER.unpack(data)[0])


def _hops(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Next hop and interface of each of several."""
    while len(data) >= _NEXT_HOP.size:
        length, _, _, interface = _NEXT_HOP.unpack_from(data)
        inside = attributes(data[_NEXT_HOP.size : length])
        yield inside.get(RTA_GATEWAY, b""), interface
        data = data[(length + 3) & ~3 :]


@lru_cache(256)
def _address(packed: bytes) -> IPAddress:
    return ip_address(packed)
