"""The table of neighbours: ARP's, and for IPv6 that of neighbour discovery."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from pyroute2.netlink.rtnl.ndmsg import ndmsg

from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_REPLACE, Netlink, NetlinkError
from dxemu.units import IPAddress

RTM_NEWNEIGH = 28
RTM_DELNEIGH = 29
RTM_GETNEIGH = 30
FAILED = 0x20
PERMANENT = 0x80
"""States: linux/neighbour.h."""
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entry: `mac` is empty while unknown; `state` is one bit of linux/neighbour.h."""

    address: IPAddress
    mac: str
    state: int


async def _message(netlink: Netlink, interface: str, address: IPAddress, mac: str | None = None) -> Any:
    request = ndmsg()
    request["family"], request["ifindex"] = _FAMILY[address.version], await netlink.index(interface)
    request["state"] = PERMANENT if mac else 0
    request["attrs"] = [("NDA_DST", str(address)), *([("NDA_LLADDR", mac)] if mac else [])]
    return request


async def apply(netlink: Netlink, interface: str, address: IPAddress, mac: str) -> None:
    """A permanent entry, in place of any other for that address."""
    request = await _message(netlink, interface, address, mac)
    await netlink.request(f"neighbour {address} on {interface}", request, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE)


async def read(netlink: Netlink, interface: str) -> tuple[Neighbour, ...]:
    """All entries of an interface."""
    request = ndmsg()
    index = await netlink.index(interface)
    answers = await netlink.request(f"neighbours on {interface}", request, RTM_GETNEIGH, NLM_F_DUMP)
    return tuple(
        Neighbour(ip_address(a.get_attr("NDA_DST")), a.get_attr("NDA_LLADDR") or "", int(a["state"]))
        for a in answers
        if a["ifindex"] == index
    )


async def delete(netlink: Netlink, interface: str, address: IPAddress, *, missing_ok: bool = False) -> None:
    """Forget an entry. Raises NetlinkError if there is none, unless that is fine."""
    request = await _message(netlink, interface, address)
    try:
        await netlink.request(f"delete neighbour {address} on {interface}", request, RTM_DELNEIGH)
    except NetlinkError as error:
        if not (missing_ok and error.errno == errno.ENOENT):
            raise
