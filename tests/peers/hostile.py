"""A BGP peer that says what it is told to say, byte by byte: messages by scapy, TCP with MD5 by the kernel."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from ipaddress import IPv4Address, ip_address

import scapy.contrib.bgp as bgp
from exabgp.reactor.network.tcp import md5

from dxemu.bgp.notification import Notification
from dxemu.lab.node import LabNode
from dxemu.plan.model import BgpSession

bgp.bgp_module_conf.use_2_bytes_asn = False

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE_REFRESH = range(1, 6)
PORT = 179
HEADER = 19
ASN = 65000
ROUTER_ID = "203.0.113.66"
PATIENCE_S = 400.0
AS_TRANS = 23456


def message(kind: int, body: bytes = b"", *, length: int | None = None, marker: bytes = b"\xff" * 16) -> bytes:
    """One message, whose header may lie."""
    header = bgp.BGPHeader(
        marker=int.from_bytes(marker, "big"), len=HEADER + len(body) if length is None else length, type=kind
    )
    return bytes(header) + body


def capability(code: int, value: bytes) -> bytes:
    """One optional parameter with one capability."""
    return bytes(
        bgp.BGPOptParam(param_type=2, param_value=bgp.BGPCapGeneric(code=code, length=len(value), cap_data=value))
    )


IPV4_UNICAST = capability(1, bytes.fromhex("00010001"))
IPV6_UNICAST = capability(1, bytes.fromhex("00020001"))


def four_octet_as(asn: int) -> bytes:
    return capability(65, struct.pack("!I", asn))


def open_body(
    *,
    version: int = 4,
    asn: int = ASN,
    hold_time: int = 90,
    router_id: str = ROUTER_ID,
    parameters: bytes = IPV4_UNICAST + IPV6_UNICAST + four_octet_as(ASN),
    parameters_length: int | None = None,
) -> bytes:
    """The body of an OPEN."""
    fixed = struct.pack("!BHH4s", version, asn, hold_time, IPv4Address(router_id).packed)
    return fixed + bytes([len(parameters) if parameters_length is None else parameters_length]) + parameters


def attribute(flags: int, code: int, value: bytes, *, length: int | None = None) -> bytes:
    """One path attribute, whose length may lie."""
    size = len(value) if length is None else length
    head = struct.pack("!BBH", flags | 0x10, code, size) if size > 255 else bytes([flags, code, size])
    return head + value


def sequence(*asns: int, kind: int = 2) -> bytes:
    """A segment of an AS_PATH with AS numbers of 4 octets."""
    return bytes([kind, len(asns)]) + b"".join(struct.pack("!I", asn) for asn in asns)


def sequence_2(*asns: int) -> bytes:
    """A segment with AS numbers of 2 octets."""
    return bytes([2, len(asns)]) + b"".join(struct.pack("!H", asn) for asn in asns)


ORIGIN = attribute(0x40, 1, b"\0")
AS_PATH = attribute(0x40, 2, sequence(ASN))


def next_hop(address: str) -> bytes:
    return attribute(0x40, 3, IPv4Address(address).packed)


def update_body(attributes: bytes, nlri: bytes, withdrawn: bytes = b"") -> bytes:
    return struct.pack("!H", len(withdrawn)) + withdrawn + struct.pack("!H", len(attributes)) + attributes + nlri


def nlri(prefix: str) -> bytes:
    """One prefix as it is on the wire."""
    address, length = prefix.split("/")
    return bytes([int(length)]) + ip_address(address).packed[: (int(length) + 7) // 8]


class Closed(Exception):
    """The other end closed, or reset, the connection."""


class HostilePeer:
    """One connection to AWS's end of a session, from the customer's address."""

    def __init__(self, node: LabNode, session: BgpSession, *, key: str | None = None, source: str = "") -> None:
        """With another key ("": none) than the session's, or from another address, if that is wanted."""
        self.session = session
        mine, other = session.ends
        self._there = (str(other.address), PORT)
        with node.namespace.entered():
            family = socket.AF_INET if mine.address.version == 4 else socket.AF_INET6
            self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.setblocking(False)
        md5(self.sock, str(other.address), 0, session.auth_key if key is None else key, False)
        if family == socket.AF_INET:
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 1)
        else:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, 1)
        self.sock.bind((source or str(mine.address), 0))
        self._rest = b""

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.wait_for(loop.sock_connect(self.sock, self._there), PATIENCE_S)

    async def send(self, *messages: bytes) -> None:
        """As one stream of bytes. Whether the other end still listens does not matter."""
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(self.sock, b"".join(messages)), PATIENCE_S)

    async def hear(self, within_s: float = PATIENCE_S) -> tuple[int, bytes]:
        """The next message: type and body. Raises Closed."""
        while len(self._rest) < HEADER or len(self._rest) < self._length():
            try:
                data = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.sock, 65536), within_s)
            except ConnectionError:
                data = b""
            if not data:
                raise Closed
            self._rest += data
        length = self._length()
        found = bgp.BGPHeader(self._rest[:HEADER])
        body, self._rest = self._rest[HEADER:length], self._rest[length:]
        return found.type, body

    def _length(self) -> int:
        return int.from_bytes(self._rest[16:18], "big")

    async def hear_a(self, kind: int) -> bytes:
        """The next message of a kind; others before it do not matter."""
        while True:
            found, body = await self.hear()
            if found == kind:
                return body
            assert found != NOTIFICATION, str(Notification(body[0], body[1]))

    async def verdict(self) -> tuple[Notification, bytes] | None:
        """The NOTIFICATION that ends the connection, with its data; None if it was closed without one."""
        try:
            while True:
                kind, body = await self.hear()
                if kind == NOTIFICATION:
                    return Notification(body[0], body[1]), body[2:]
        except Closed:
            return None

    async def establish(self, body: bytes | None = None) -> bytes:
        """OPEN and KEEPALIVE both ways; gives the body of AWS's OPEN."""
        await self.connect()
        await self.send(message(OPEN, open_body() if body is None else body))
        opened = await self.hear_a(OPEN)
        await self.send(message(KEEPALIVE))
        await self.hear_a(KEEPALIVE)
        return opened

    def close(self) -> None:
        self.sock.close()

    def abort(self) -> None:
        """Close with RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
