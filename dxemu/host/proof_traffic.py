"""Single packets and connections between two namespaces, for the proof."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from ipaddress import IPv4Address

from dxemu.errors import LabError
from dxemu.netlink.namespace import Namespace

_UDP_PORT = 47807
_TCP_PORT = 179
_TRIES = 3
_WAIT_S = 1.0
_CONNECT_LIMIT_S = 2.5
_WORD = b"dxemu"


def expect(holds: object, otherwise: str) -> None:
    """Raises LabError with the text unless it holds."""
    if not holds:
        raise LabError(otherwise)


def _socket(namespace: Namespace, kind: socket.SocketKind) -> socket.socket:
    with namespace.entered():
        return socket.socket(socket.AF_INET, kind | socket.SOCK_NONBLOCK)


async def passes(a: Namespace, b: Namespace, address: IPv4Address) -> None:
    """Send packets from `a` to `address`, which `b` has, until one arrives. Raises LabError if three do not.

    The first may be lost: an interface that has just come up learns its neighbour first.
    """
    loop = asyncio.get_running_loop()
    with _socket(a, socket.SOCK_DGRAM) as sender, _socket(b, socket.SOCK_DGRAM) as receiver:
        receiver.bind((str(address), _UDP_PORT))
        for _ in range(_TRIES):
            sender.sendto(_WORD, (str(address), _UDP_PORT))
            try:
                data = await asyncio.wait_for(loop.sock_recv(receiver, len(_WORD)), _WAIT_S)
            except TimeoutError:
                continue
            expect(data == _WORD, f"{data!r} arrived in place of {_WORD!r}")
            return
    raise LabError(f"of {_TRIES} packets to {address} none arrived")


async def first_connection(
    a: Namespace,
    b: Namespace,
    address: IPv4Address,
    prepare_listener: Callable[[socket.socket], None],
    prepare_caller: Callable[[socket.socket], None],
) -> bool:
    """Whether TCP from `a` to `address`, which `b` has, connects in 2.5 s, with what each side sets before."""
    with _socket(a, socket.SOCK_STREAM) as caller, _socket(b, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((str(address), _TCP_PORT))
        prepare_listener(listener)
        listener.listen()
        prepare_caller(caller)
        connecting = asyncio.get_running_loop().sock_connect(caller, (str(address), _TCP_PORT))
        try:
            await asyncio.wait_for(connecting, _CONNECT_LIMIT_S)
        except TimeoutError:
            return False
        return True
