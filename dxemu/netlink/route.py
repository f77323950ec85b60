"""A route in one of a kernel's tables, of either IP version. Those that BGP brought carry BGP's protocol number."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from pyroute2.netlink.rtnl.rtmsg import rtmsg

from dxemu.netlink import link
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE, Netlink, NetlinkError
from dxemu.units import IPAddress, IPNetwork

RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26
FAMILY = {4: 2, 6: 10}
"""AF_INET and AF_INET6."""
VERSION = {2: 4, 10: 6}
BITS = {4: 32, 6: 128}
ANY = {4: "0.0.0.0", 6: "::"}  # noqa: S104 - a default route
MAIN = 254
COMPAT = 252
"""Stands in the header where a table's number does not fit."""
UNIVERSE = 0
ANY_TYPE, UNICAST, UNREACHABLE, THROW = 0, 1, 7, 9
KERNEL = 2
STATIC = 4
BGP = 186
UDP = 17
LAST_RESORT = 4_278_198_272
"""The metric of an unreachable route, as of a VRF's default route: Linux Documentation/networking/vrf.rst."""
_NO_PATH = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EINVAL, errno.EACCES, errno.ENODEV, errno.EXDEV)
"""EXDEV: the reverse path filter drops it."""


@dataclass(frozen=True, slots=True)
class KernelRoute:
    """`via` is None for a network that is connected. With several next hops it is the first of `shared`."""

    prefix: IPNetwork
    via: IPAddress | None
    interface: str
    shared: tuple[IPAddress, ...] = ()


def _message(prefix: IPNetwork, protocol: int, table: int) -> Any:  # Any: pyroute2 is untyped
    request = rtmsg()
    request["family"], request["dst_len"] = FAMILY[prefix.version], prefix.prefixlen
    request["table"] = table if table < COMPAT or table == MAIN else COMPAT
    request["proto"], request["scope"], request["type"] = protocol, UNIVERSE, UNICAST
    request["attrs"] = [("RTA_TABLE", table)]
    if prefix.prefixlen:
        request["attrs"].append(("RTA_DST", str(prefix.network_address)))
    return request


async def replace(
    netlink: Netlink,
    prefix: IPNetwork,
    via: IPAddress | None,
    *,
    protocol: int = BGP,
    table: int = MAIN,
    interface: str | None = None,
) -> None:
    """Put a route in, in place of one to the same prefix. `via` None: unreachable. Raises NetlinkError.

    An unreachable route stays behind any other route to its prefix: neither takes the other's place, and `delete` takes
    out the one in front.

    `interface` must be given where `table` is not the one that the interface's own network is in.
    """
    request = _message(prefix, protocol, table)
    if via is None:
        request["type"] = UNREACHABLE
        request["attrs"].append(("RTA_PRIORITY", LAST_RESORT))
    else:
        request["attrs"].append(("RTA_GATEWAY", str(via)))
        if interface is not None:
            request["attrs"].append(("RTA_OIF", await netlink.index(interface)))
    what = f"route {prefix} via {via}" if via is not None else f"unreachable route {prefix}"
    await netlink.request(what, request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE)


async def throw(netlink: Netlink, prefix: IPNetwork, *, table: int) -> None:
    """Have packets to `prefix` looked up further, by the rules after the one that led to `table`."""
    request = _message(prefix, STATIC, table)
    request["type"] = THROW
    await netlink.request(f"throw route {prefix}", request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE)


async def delete(
    netlink: Netlink, prefix: IPNetwork, *, protocol: int = BGP, table: int = MAIN, missing_ok: bool = False
) -> None:
    """Take a route of this protocol out. Raises NetlinkError; with `missing_ok` not if there is none."""
    request = _message(prefix, protocol, table)
    request["type"] = ANY_TYPE
    try:
        await netlink.request(f"delete route {prefix}", request, RTM_DELROUTE)
    except NetlinkError as error:
        if not (missing_ok and error.errno == errno.ESRCH):
            raise


async def read(netlink: Netlink, *, protocol: int = BGP, table: int = MAIN) -> tuple[KernelRoute, ...]:
    """The routes of this protocol in a table, IPv4 first, in order of prefix."""
    answers = []
    for version in (4, 6):
        request = rtmsg()
        request["family"] = FAMILY[version]
        answers += await netlink.request("read routes", request, RTM_GETROUTE, NLM_F_DUMP)
    mine = [a for a in answers if a["proto"] == protocol and table_of(a) == table]
    found = [await _route(netlink, a) for a in mine]
    return tuple(sorted(found, key=lambda r: (r.prefix.version, int(r.prefix.network_address), r.prefix.prefixlen)))


async def read_all(netlink: Netlink) -> tuple[tuple[int, KernelRoute], ...]:
    """Every route to another node or a connected network, with its table, in order of table and prefix."""
    found = []
    for version in (4, 6):
        request = rtmsg()
        request["family"] = FAMILY[version]
        answers = await netlink.request("read routes", request, RTM_GETROUTE, NLM_F_DUMP)
        found += [(table_of(a), await _route(netlink, a)) for a in answers if a["type"] == UNICAST]
    return tuple(
        sorted(
            found, key=lambda r: (r[0], r[1].prefix.version, int(r[1].prefix.network_address), r[1].prefix.prefixlen)
        )
    )


async def _route(netlink: Netlink, message: Any) -> KernelRoute:  # Any: pyroute2 is untyped
    prefix, vias, index = fields(message)
    name = await netlink.name(index) if index else ""
    return KernelRoute(prefix, vias[0] if vias else None, name, vias if len(vias) > 1 else ())


def table_of(message: Any) -> int:  # Any: pyroute2 is untyped
    """The number of the table that a route message is about."""
    return int(message.get_attr("RTA_TABLE") or message["table"])


def fields(message: Any) -> tuple[IPNetwork, tuple[IPAddress, ...], int]:  # Any: pyroute2 is untyped
    """Prefix, next hops (none: connected) and number of the first one's interface of a route message."""
    version = VERSION[message["family"]]
    prefix = ip_network(f"{message.get_attr('RTA_DST') or ANY[version]}/{message['dst_len']}", strict=False)
    hops = message.get_attr("RTA_MULTIPATH")
    if hops:
        gateways = [hop.get_attr("RTA_GATEWAY") for hop in hops]
        return prefix, tuple(ip_address(via) for via in gateways if via), hops[0]["oif"]
    via = message.get_attr("RTA_GATEWAY")
    return prefix, (ip_address(via),) if via else (), message.get_attr("RTA_OIF") or 0


class _LookUp(rtmsg):  # type: ignore[misc]  # pyroute2 is untyped
    """pyroute2 0.9.7 knows the attributes up to RTA_EXPIRES and drops others unsaid: linux/rtnetlink.h.

    What it makes of a map it keeps in the class, and a class inherits that: here it is to be made anew.
    """

    _nlmsg_base__compiled_nla = False
    nla_map = (
        *rtmsg.nla_map,
        *(("RTA_PAD", "none"), ("RTA_UID", "uint32"), ("RTA_TTL_PROPAGATE", "uint8")),
        *(("RTA_IP_PROTO", "uint8"), ("RTA_SPORT", "be16"), ("RTA_DPORT", "be16")),
    )


@dataclass(frozen=True, slots=True)
class FlowPorts:
    """What shared routes tell flows apart by, beside the addresses: UDP with these ports."""

    source_port: int
    destination_port: int


async def lookup(
    netlink: Netlink,
    destination: IPAddress,
    *,
    source: IPAddress | None = None,
    incoming: str | None = None,
    flow: FlowPorts | None = None,
) -> KernelRoute | None:
    """How the kernel would forward a packet to `destination` now; None if it would not.

    With `source` and `incoming` it is one that came in by that interface: rules and VRFs count. Without, its own.
    With `flow` the next hop of a shared route is the one that this flow takes.

    An IPv6 packet counts as come in by its interface's VRF: net/ipv6/route.c, ip6_route_input, looks after the VRF
    has taken the packet over; IPv4 looks by the interface itself (net/ipv4/ip_input.c, ip_rcv_finish).
    """
    request = _LookUp()
    request["family"], request["dst_len"] = FAMILY[destination.version], BITS[destination.version]
    request["attrs"] = [("RTA_DST", str(destination))]
    if incoming is not None and source is not None:
        request["src_len"] = BITS[source.version]
        vrf = await link.vrf_of(netlink, incoming) if destination.version == 6 else None  # noqa: PLR2004
        request["attrs"] += [("RTA_SRC", str(source)), ("RTA_IIF", await netlink.index(vrf or incoming))]
    if flow is not None:
        request["attrs"] += [
            ("RTA_IP_PROTO", UDP),
            ("RTA_SPORT", flow.source_port),
            ("RTA_DPORT", flow.destination_port),
        ]
    try:
        (answer,) = await netlink.request(f"look up {destination}", request, RTM_GETROUTE)
    except NetlinkError as error:
        if error.errno in _NO_PATH:
            return None
        raise
    return None if answer["type"] == UNREACHABLE else await _route(netlink, answer)
