"""The ARP table."""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address

from dxemu.netlink import message as m
from dxemu.netlink.session import KernelRefused, Netlink

RTM_NEWNEIGH = 28
RTM_DELNEIGH = 29
RTM_GETNEIGH = 30
REACHABLE = 0x02
FAILED = 0x20
PERMANENT = 0x80
"""States: linux/neighbour.h."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entry: `mac` is empty while unknown; `state` is one bit of linux/neighbour.h."""

    address: IPv4Address
    mac: str
    state: int


async def _message(nl: Netlink, interface: str, address: IPv4Address, state: int, mac: str | None) -> m.Message:
    fields = {"family": socket.AF_INET, "ifindex": await nl.index(interface), "state": state}
    attributes: m.Attributes = [("NDA_DST", str(address))]
    if mac is not None:
        attributes.append(("NDA_LLADDR", mac))
    return m.build(m.NeighbourMessage, fields, attributes)


async def apply(nl: Netlink, interface: str, address: IPv4Address, mac: str) -> None:
    """A permanent entry, in place of any other for that address."""
    message = await _message(nl, interface, address, PERMANENT, mac)
    await nl.change(RTM_NEWNEIGH, message, m.NLM_F_CREATE | m.NLM_F_REPLACE, f"neighbour {address} on {interface}")


async def read(nl: Netlink, interface: str) -> tuple[Neighbour, ...]:
    """All entries of an interface."""
    fields = {"family": socket.AF_INET}
    question = m.build(m.NeighbourMessage, fields, [("NDA_IFINDEX", await nl.index(interface))])
    answers = await nl.dump(RTM_GETNEIGH, question, m.NeighbourMessage, f"neighbours on {interface}")
    return tuple(
        Neighbour(IPv4Address(a.get_attr("NDA_DST")), a.get_attr("NDA_LLADDR") or "", int(a["state"])) for a in answers
    )


async def delete(nl: Netlink, interface: str, address: IPv4Address, *, missing_ok: bool = False) -> None:
    """Forget an entry. Raises KernelRefused if there is none, unless that is fine."""
    message = await _message(nl, interface, address, 0, None)
    try:
        await nl.change(RTM_DELNEIGH, message, 0, f"neighbour {address} on {interface}: delete")
    except KernelRefused as refused:
        if not (missing_ok and refused.errno == errno.ENOENT):
            raise
