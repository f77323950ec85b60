"""A route in a kernel's main table. Those that BGP brought carry BGP's protocol number."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from pyroute2.netlink.rtnl.rtmsg import rtmsg

from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE, Netlink, NetlinkError

RTM_NEWROUTE, RTM_DELROUTE, RTM_GETROUTE = 24, 25, 26
AF_INET = 2
MAIN = 254
UNIVERSE = 0
UNICAST = 1
KERNEL = 2
STATIC = 4
BGP = 186
_NO_PATH = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EINVAL, errno.EACCES)


@dataclass(frozen=True, slots=True)
class Route:
    """`via` is None for a network that is connected."""

    prefix: IPv4Network
    via: IPv4Address | None
    interface: str


def _message(prefix: IPv4Network, protocol: int) -> Any:  # Any: pyroute2 is untyped
    request = rtmsg()
    request["family"], request["dst_len"], request["table"] = AF_INET, prefix.prefixlen, MAIN
    request["proto"], request["scope"], request["type"] = protocol, UNIVERSE, UNICAST
    request["attrs"] = [("RTA_DST", str(prefix.network_address))] if prefix.prefixlen else []
    return request


async def replace(netlink: Netlink, prefix: IPv4Network, via: IPv4Address, *, protocol: int = BGP) -> None:
    """Put a route in, in place of one to the same prefix. Raises NetlinkError."""
    request = _message(prefix, protocol)
    request["attrs"].append(("RTA_GATEWAY", str(via)))
    await netlink.request(f"route {prefix} via {via}", request, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE)


async def delete(netlink: Netlink, prefix: IPv4Network, *, protocol: int = BGP, missing_ok: bool = False) -> None:
    """Take a route of this protocol out. Raises NetlinkError; with `missing_ok` not if there is none."""
    try:
        await netlink.request(f"delete route {prefix}", _message(prefix, protocol), RTM_DELROUTE)
    except NetlinkError as error:
        if not (missing_ok and error.errno == errno.ESRCH):
            raise


async def read(netlink: Netlink, *, protocol: int = BGP, table: int = MAIN) -> tuple[Route, ...]:
    """The routes of this protocol in a table (up to 255), in order of prefix."""
    request = rtmsg()
    request["family"] = AF_INET
    answers = await netlink.request("read routes", request, RTM_GETROUTE, NLM_F_DUMP)
    mine = [a for a in answers if a["proto"] == protocol and a["table"] == table]
    return tuple(sorted([await _route(netlink, a) for a in mine], key=lambda route: route.prefix))


async def _route(netlink: Netlink, message: Any) -> Route:  # Any: pyroute2 is untyped
    prefix, via, index = fields(message)
    return Route(prefix, via, await netlink.name(index) if index else "")


def fields(message: Any) -> tuple[IPv4Network, IPv4Address | None, int]:  # Any: pyroute2 is untyped
    """Prefix, next hop and interface number of a route message."""
    via = message.get_attr("RTA_GATEWAY")
    prefix = IPv4Network(f"{message.get_attr('RTA_DST') or '0.0.0.0'}/{message['dst_len']}")  # noqa: S104 - a default route
    return prefix, IPv4Address(via) if via else None, message.get_attr("RTA_OIF") or 0


async def lookup(netlink: Netlink, destination: IPv4Address) -> Route | None:
    """How the kernel would forward a packet to `destination` now; None if it would not."""
    request = rtmsg()
    request["family"], request["dst_len"] = AF_INET, 32
    request["attrs"] = [("RTA_DST", str(destination))]
    try:
        (answer,) = await netlink.request(f"look up {destination}", request, RTM_GETROUTE)
    except NetlinkError as error:
        if error.errno in _NO_PATH:
            return None
        raise
    return await _route(netlink, answer)
