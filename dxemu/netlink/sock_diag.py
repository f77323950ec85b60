"""TCP connections of a network namespace, ended at once: what `ss --kill` does (sock_diag(7), SOCK_DESTROY).

A closed socket whose last bytes nobody confirms lives on without a process for up to some minutes (tcp(7),
tcp_orphan_retries), keeps its network namespace alive and so every interface and queue in it.
"""

from __future__ import annotations

import re
import socket
import struct
from ipaddress import ip_address

from dxemu.units import IPAddress

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY, SOCK_DESTROY = 20, 21
_REQUEST_ACK, _DUMP = 0x1 | 0x4, 0x300
_DONE, _ERROR = 3, 2
_SYN_SENT, _LISTEN = 2, 10
_ALL_STATES = 0xFFFFFFFF & ~(1 << _LISTEN)
_HEADER = struct.Struct("=IHHII")
_REQUEST = struct.Struct("=BBBxI48s")
"""struct inet_diag_req_v2: family, protocol, extensions, states, and 48 bytes that say which socket."""
_FOUND = struct.Struct("=BBBB48sIIIII")
"""struct inet_diag_msg: family, state, timer, retransmissions, the socket, expires, queues, user, inode."""
_BUFFER = 1 << 16
_FIXED_6_1 = 192


def abort_connections(*, orphans: bool) -> int:
    """End every TCP connection of the namespace that this thread is in. Gives how many. Raises OSError.

    `orphans`: also those that no process has any more (see `orphans_can_be_aborted`).
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_SOCK_DIAG) as sock:
        sock.bind((0, 0))
        ended = 0
        for family in (socket.AF_INET, socket.AF_INET6):
            for which in _connections(sock, family, orphans=orphans):
                request = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, _ALL_STATES, which)
                _send(sock, SOCK_DESTROY, _REQUEST_ACK, request)
                ended += not _error(sock)  # one that has ended by itself meanwhile is an error: ENOENT
    return ended


def unanswered(port: int) -> set[IPAddress]:
    """To whom a SYN to this port is on its way without an answer, in the namespace of this thread. Raises OSError."""
    found: set[IPAddress] = set()
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, NETLINK_SOCK_DIAG) as sock:
        sock.bind((0, 0))
        for family, size in ((socket.AF_INET, 4), (socket.AF_INET6, 16)):
            for which in _connections(sock, family, orphans=False, states=1 << _SYN_SENT):
                if int.from_bytes(which[2:4]) == port:
                    found.add(ip_address(which[20 : 20 + size]))
    return found


def orphans_can_be_aborted(release: str, version: str) -> bool:
    """Whether this Linux (uname -r, uname -v) ends a connection of no process when it is told to.

    Before 6.11 tcp_abort took such a socket's data away and left the socket, for ever. Debian's 6.1 has the
    correction, too; its number is in `version`: `#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-10-01)`.
    """
    stated = re.search(r"Debian (\d+)\.(\d+)\.(\d+)", version) or re.match(r"(\d+)\.(\d+)\.?(\d*)", release)
    if stated is None:
        return False
    major, minor, patch = (int(number or 0) for number in stated.groups())
    return (major, minor) >= (6, 11) or ((major, minor) == (6, 1) and patch >= _FIXED_6_1)


def _connections(sock: socket.socket, family: int, *, orphans: bool, states: int = _ALL_STATES) -> list[bytes]:
    request = _REQUEST.pack(family, socket.IPPROTO_TCP, 0, states, bytes(48))
    _send(sock, SOCK_DIAG_BY_FAMILY, _REQUEST_ACK | _DUMP, request)
    found: list[bytes] = []
    while True:
        for kind, data in _messages(sock.recv(_BUFFER)):
            if kind in (_DONE, _ERROR):
                return found
            *_, which, _, _, _, _, inode = _FOUND.unpack_from(data)
            if inode or orphans:
                found.append(which)


def _send(sock: socket.socket, kind: int, flags: int, payload: bytes) -> None:
    sock.send(_HEADER.pack(_HEADER.size + len(payload), kind, flags, 1, 0) + payload)


def _error(sock: socket.socket) -> int:
    for kind, data in _messages(sock.recv(_BUFFER)):
        if kind == _ERROR:
            (number,) = struct.unpack_from("=i", data)
            return -int(number)
    return 0


def _messages(data: bytes) -> list[tuple[int, bytes]]:
    found, offset = [], 0
    while offset + _HEADER.size <= len(data):
        length, kind, _, _, _ = _HEADER.unpack_from(data, offset)
        found.append((kind, data[offset + _HEADER.size : offset + length]))
        offset += (length + 3) & ~3
    return found
