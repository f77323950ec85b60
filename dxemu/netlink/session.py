"""One namespace's netlink socket."""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
import struct
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from dxemu.errors import LabError
from dxemu.netlink.namespace import Namespace

NETLINK_ROUTE = 0
NETLINK_XFRM = 6
NETLINK_NETFILTER = 12
NETLINK_GENERIC = 16
NLM_F_REQUEST = 0x1
NLM_F_ACK = 0x4
NLM_F_REPLACE = 0x100
NLM_F_EXCL = 0x200
NLM_F_CREATE = 0x400
NLM_F_DUMP = 0x300
NLMSG_ERROR = 2
NLMSG_DONE = 3
SOL_NETLINK = 270
NETLINK_EXT_ACK = 11
NETLINK_CAP_ACK = 10
FIRST_NUMBER = 1000
"""Interfaces that are given a number get one above this; the kernel counts from 1."""
_numbers = itertools.count(FIRST_NUMBER + 1)
AT_ONCE = 250
"""Requests in one message of a batch: some 20 KiB, and as many notifications to whoever listens to the kernel."""
_NLA_MSG = 1
_HEADER = struct.Struct("=IHHII")
_BUFFER = 1 << 18

Message = Any  # a pyroute2 nlmsg: pyroute2 is untyped


class NetlinkError(LabError):
    """The kernel refused a request. `errno` is its number."""

    def __init__(self, what: str, errno: int, said: str) -> None:
        self.errno = errno
        super().__init__(f"{what}: {os.strerror(errno)}" + (f" ({said})" if said else ""))


class Netlink:
    """A context manager: the socket is open inside it.

    One of NETLINK_NETFILTER is kept for the next who needs one. Its close(2) waits until the kernel has given back the
    memory of all tables that were deleted in the namespace; Linux 7.3 does that for one table at its next tick, up to
    10 ms later, and the lab would stand still so long.
    """

    def __init__(self, namespace: Namespace, protocol: int = NETLINK_ROUTE) -> None:
        self.namespace = namespace
        self._protocol = protocol
        self._sequence = 0
        self._indexes: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        if self._protocol == NETLINK_NETFILTER and self.namespace.kept:
            self._socket, self._sequence = self.namespace.kept.pop()
            return self
        with self.namespace.entered():
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, self._protocol)
        self._socket.bind((0, 0))
        self._socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self._socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._protocol == NETLINK_NETFILTER and error is None:
            self.namespace.kept.append((self._socket, self._sequence))
        else:
            self._socket.close()

    async def request(self, what: str, message: Message, kind: int, flags: int = 0) -> list[Message]:
        """Send `message` as message type `kind`; give the answers, of the message's own class.

        `what` says in a few words what is being done. Raises NetlinkError with what the kernel says.
        """
        self._sequence += 1
        header = message["header"]
        header["type"], header["flags"] = kind, flags | NLM_F_REQUEST | NLM_F_ACK
        header["sequence_number"] = self._sequence
        message.encode()
        self._socket.send(message.data)
        answers: list[Message] = []
        while True:
            data = self._socket.recv(_BUFFER)
            for kind_of_answer, sequence, part in parts(data):
                if sequence != self._sequence:
                    continue
                if kind_of_answer in (NLMSG_ERROR, NLMSG_DONE):
                    number, said = _error(part) if kind_of_answer == NLMSG_ERROR else (0, "")
                    if number:
                        raise NetlinkError(f"{self.namespace.name}: {what}", number, said)
                    return answers
                answer = type(message)(part)
                answer.decode()
                answers.append(answer)

    async def transaction(self, what: str, requests: list[tuple[Message, int, int]]) -> None:
        """Send messages, each with its type and flags, as one. Those with NLM_F_ACK are confirmed. Raises NetlinkError.

        nftables takes its changes between two messages that mark begin and end, all or none.
        """
        data = b""
        waiting = set()
        for message, kind, flags in requests:
            self._sequence += 1
            message["header"].update(type=kind, flags=flags | NLM_F_REQUEST, sequence_number=self._sequence)
            message.encode()
            data += bytes(message.data)
            if flags & NLM_F_ACK:
                waiting.add(self._sequence)
        self._socket.send(data)
        while waiting:
            for kind, sequence, part in parts(self._socket.recv(_BUFFER)):
                if kind == NLMSG_ERROR and sequence in waiting:
                    number, said = _error(part)
                    if number:
                        raise NetlinkError(f"{self.namespace.name}: {what}", number, said)
                    waiting.discard(sequence)

    async def batch(self, requests: Sequence[tuple[int, int, bytes]]) -> dict[int, tuple[int, str]]:
        """Send requests, each a type, flags and what follows the header, many in one message.

        Gives the number of the error and the kernel's words by position for those that the kernel refused. Where there
        are many the event loop gets its turn in between: what listens to the kernel must read before too much waits for
        it, or some is lost.
        """
        refused: dict[int, tuple[int, str]] = {}
        for start in range(0, len(requests), AT_ONCE):
            if start:
                await _turn()
            refused |= self._batch(start, requests[start : start + AT_ONCE])
        return refused

    def _batch(self, start: int, requests: Sequence[tuple[int, int, bytes]]) -> dict[int, tuple[int, str]]:
        """Only the last one is confirmed; of those before only errors are told, and before that."""
        first = self._sequence + 1
        self._sequence = last = self._sequence + len(requests)
        data = bytearray()
        for sequence, (kind, flags, payload) in enumerate(requests, first):
            flags |= NLM_F_REQUEST | (NLM_F_ACK if sequence == last else 0)
            data += _HEADER.pack(_HEADER.size + len(payload), kind, flags, sequence, 0) + payload
        self._socket.send(data)
        refused: dict[int, tuple[int, str]] = {}
        while True:
            for kind, sequence, part in parts(self._socket.recv(_BUFFER)):
                if kind == NLMSG_ERROR and sequence >= first:
                    number, said = _error(part)
                    if number:
                        refused[start + sequence - first] = number, said
                    if sequence == last:
                        return refused

    async def index(self, interface: str) -> int:
        """An interface's number. Raises LabError if it is not there."""
        if interface not in self._indexes:
            with self.namespace.entered():
                try:
                    self._indexes[interface] = socket.if_nametoindex(interface)
                except OSError:
                    raise LabError(f"{self.namespace.name} has no interface '{interface}'") from None
        return self._indexes[interface]

    async def name(self, index: int) -> str:
        """An interface's name. Raises LabError if it is not there."""
        for name, known in self._indexes.items():
            if known == index:
                return name
        with self.namespace.entered():
            try:
                name = socket.if_indextoname(index)
            except OSError:
                raise LabError(f"{self.namespace.name} has no interface number {index}") from None
        self._indexes[name] = index
        return name

    def number(self, interface: str) -> int:
        """A number for an interface that is about to be made. No other one of this process gets it, in no namespace."""
        self._indexes[interface] = next(_numbers)
        return self._indexes[interface]

    def forget(self, interface: str) -> None:
        """The interface was deleted."""
        self._indexes.pop(interface, None)


async def _turn() -> None:
    """Let the event loop look at its sockets."""
    loop = asyncio.get_running_loop()
    turn = loop.create_future()
    loop.call_soon(turn.set_result, None)
    await turn


def parts(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The messages in what one recv(2) gave: type, sequence number, the whole message."""
    offset = 0
    while offset < len(data):
        length, kind, _, sequence, _ = _HEADER.unpack_from(data, offset)
        yield kind, sequence, data[offset : offset + length]
        offset += (length + 3) & ~3


def _error(message: bytes) -> tuple[int, str]:
    """Errno and the kernel's own words, from an NLMSG_ERROR (with NETLINK_CAP_ACK: no copy of the request)."""
    (number,) = struct.unpack_from("=i", message, 16)
    offset = 20 + 16
    while offset + 4 <= len(message):
        length, kind = struct.unpack_from("=HH", message, offset)
        if kind & 0x3FFF == _NLA_MSG:
            return -number, message[offset + 4 : offset + length].rstrip(b"\0").decode()
        offset += max(4, (length + 3) & ~3)
    return -number, ""
