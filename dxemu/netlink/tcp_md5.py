"""The TCP MD5 signature option (RFC 2385), which BGP's authentication key uses."""

from __future__ import annotations

import os
import socket
import struct
from ipaddress import IPv4Address

from dxemu.errors import LabError

TCP_MD5SIG = 14
"""linux/tcp.h"""
MAX_KEY_BYTES = 80

_SOCKADDR_BYTES = 128


def apply(sock: socket.socket, peer: IPv4Address, key: bytes) -> None:
    """Sign every segment to `peer`, and drop segments from it that are not signed with `key` (1 to 80 bytes).

    On a listening socket the connections that it accepts inherit the key. Raises LabError if the kernel cannot.
    """
    if not 1 <= len(key) <= MAX_KEY_BYTES:
        raise LabError(f"TCP MD5 with {peer}: a key has 1 to {MAX_KEY_BYTES} bytes, not {len(key)}")
    _set(sock, peer, key)


def delete(sock: socket.socket, peer: IPv4Address) -> None:
    """Forget the key. Raises LabError if there is none."""
    _set(sock, peer, b"")


def _set(sock: socket.socket, peer: IPv4Address, key: bytes) -> None:
    address = struct.pack("=HH", socket.AF_INET, 0) + peer.packed
    value = (
        address.ljust(_SOCKADDR_BYTES, b"\0")
        + struct.pack("=BBHI", 0, 0, len(key), 0)
        + key.ljust(MAX_KEY_BYTES, b"\0")
    )
    try:
        sock.setsockopt(socket.IPPROTO_TCP, TCP_MD5SIG, value)
    except OSError as error:
        raise LabError(f"TCP MD5 with {peer}: {os.strerror(error.errno or 0)}", "this kernel may lack it") from None
