"""Whether interfaces can be used at this moment, by the kernel's own word, and waiting until they can.

An interface is usable when it is up, the layer below it carries (IFF_LOWER_UP), linkwatch has made its operational
state of that (IF_OPER_UP; IF_OPER_UNKNOWN for those that have no such state: `lo`, a VRF), and none of its addresses is
tentative. Until then a daemon that looks may take it for down. Source: Linux Documentation/networking/operstates.rst;
include/uapi/linux/if.h, if_link.h, if_addr.h.

The messages are taken apart by hand: a large lab has some thousand interfaces, and nothing else of them is asked for.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Collection, Iterator
from types import TracebackType
from typing import Self

from dxemu.netlink.namespace import Namespace
from dxemu.netlink.session import NETLINK_ROUTE, NLM_F_DUMP, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, parts

RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK = 16, 17, 18
RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
IFF_UP, IFF_LOWER_UP = 0x1, 0x10000
IF_OPER_UNKNOWN, IF_OPER_UP = 0, 6
IFA_F_DADFAILED, IFA_F_TENTATIVE = 0x08, 0x40
_IFLA_IFNAME, _IFLA_OPERSTATE = 3, 16
_IFA_LOCAL, _IFA_ADDRESS, _IFA_FLAGS = 2, 1, 8
_GROUPS = 0x1 | 0x10 | 0x100
"""RTMGRP_LINK, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR."""
_BUFFER = 1 << 18
_NLMSG = struct.Struct("=IHHII")
_IFINFO = struct.Struct("=BxHiII")
_IFADDR = struct.Struct("=BBBBI")


class Usable:
    """A context manager: inside it changes of a namespace's interfaces and addresses are followed."""

    def __init__(self, namespace: Namespace, names: Collection[str]) -> None:
        """`names` are the interfaces that are to be usable."""
        self._namespace = namespace
        self._names = frozenset(names)
        self._links: dict[int, tuple[str, str]] = {}
        self._tentative: dict[tuple[int, bytes], str] = {}

    async def __aenter__(self) -> Self:
        with self._namespace.entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_ROUTE)
        self._socket.bind((0, _GROUPS))
        for kind in (RTM_GETLINK, RTM_GETADDR):
            self._dump(kind)
        self._socket.setblocking(False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def lacking(self) -> dict[str, str]:
        """What each interface that is not usable lacks, by name: in words, with what the kernel says."""
        told = {name: lacks for name, lacks in self._links.values() if name in self._names}
        found = {name: "it is not there" for name in self._names if name not in told}
        found |= {name: lacks for name, lacks in told.items() if lacks}
        for (index, _), words in self._tentative.items():
            name = self._links.get(index, ("", ""))[0]
            if name in self._names:
                found.setdefault(name, words)
        return found

    async def changed(self) -> None:
        """Return when the kernel has told of a change, which `lacking` then knows."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._socket.fileno(), readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._socket.fileno())
        self._hear(self._socket.recv(_BUFFER))

    def _dump(self, kind: int) -> None:
        """All of them. What changes meanwhile is told in between, and both is heard in its order."""
        payload = _IFINFO.pack(0, 0, 0, 0, 0) if kind == RTM_GETLINK else _IFADDR.pack(0, 0, 0, 0, 0)
        head = _NLMSG.pack(_NLMSG.size + len(payload), kind, NLM_F_REQUEST | NLM_F_DUMP, kind, 0)
        self._socket.send(head + payload)
        while not self._hear(self._socket.recv(_BUFFER)):
            pass

    def _hear(self, data: bytes) -> bool:
        """Whether that was the end of a dump."""
        done = False
        for kind, _, message in parts(data):
            if kind in (NLMSG_DONE, NLMSG_ERROR):
                done = True
            elif kind in (RTM_NEWLINK, RTM_DELLINK):
                self._hear_link(message, gone=kind == RTM_DELLINK)
            elif kind in (RTM_NEWADDR, RTM_DELADDR):
                self._hear_address(message, gone=kind == RTM_DELADDR)
        return done

    def _hear_link(self, message: bytes, *, gone: bool) -> None:
        _, _, index, flags, _ = _IFINFO.unpack_from(message, _NLMSG.size)
        if gone:
            self._links.pop(index, None)
            return
        attributes = dict(_attributes(message, _NLMSG.size + _IFINFO.size))
        name = attributes[_IFLA_IFNAME].rstrip(b"\0").decode()
        state = attributes.get(_IFLA_OPERSTATE, b"\0")[0]
        self._links[index] = name, _lacks(flags, state)

    def _hear_address(self, message: bytes, *, gone: bool) -> None:
        _, _, flags, _, index = _IFADDR.unpack_from(message, _NLMSG.size)
        attributes = dict(_attributes(message, _NLMSG.size + _IFADDR.size))
        if _IFA_FLAGS in attributes:
            (flags,) = struct.unpack("=I", attributes[_IFA_FLAGS])
        key = index, attributes.get(_IFA_LOCAL, attributes.get(_IFA_ADDRESS, b""))
        self._tentative.pop(key, None)
        if not gone and flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED):
            failed = flags & IFA_F_DADFAILED
            self._tentative[key] = "another node has its address" if failed else "its address is tentative"


def _lacks(flags: int, state: int) -> str:
    """What an interface lacks by its flags and operational state; nothing: it is usable."""
    if not flags & IFF_UP:
        return "it is down"
    if not flags & IFF_LOWER_UP:
        return "it has no carrier"
    if state not in (IF_OPER_UP, IF_OPER_UNKNOWN):
        return f"its operational state is {state} (RFC 2863), not up"
    return ""


def _attributes(message: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """Type and value of each attribute."""
    while offset + 4 <= len(message):
        length, kind = struct.unpack_from("=HH", message, offset)
        yield kind & 0x3FFF, message[offset + 4 : offset + length]
        offset += (length + 3) & ~3
