"""AWS's public services as small servers: HTTP on port 80, or DNS on UDP port 53.

Each is a process of its own, forked from the lab's: no Python starts for it. Every answer says from which address the
server saw the client, so that NAT shows.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from functools import partial
from ipaddress import IPv4Address, ip_address

from dxemu.daemons import dns_message
from dxemu.host import chance
from dxemu.netlink.namespace import Namespace
from dxemu.plan.model import Service

HTTP_PORT = 80
SEEN_AS = "X-Client-Address"
"""The header of an HTTP answer that says which address the server saw."""
DNS_KINDS = ("route53",)
_BACKLOG = 64
_LONGEST_REQUEST = 8192
_END_OF_REQUEST = b"\r\n\r\n"


def serve(service: Service, namespace: Namespace) -> Callable[[], None]:
    """Start a service; it answers when this returns. Call what this returns to end it. Raises OSError."""
    kind = socket.SOCK_DGRAM if service.kind in DNS_KINDS else socket.SOCK_STREAM
    with namespace.entered():
        server = socket.socket(socket.AF_INET6, kind)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("::", dns_message.PORT if service.kind in DNS_KINDS else HTTP_PORT))
    if kind == socket.SOCK_STREAM:
        server.listen(_BACKLOG)
    pid = os.fork()
    if pid == 0:
        _answer_for_ever(service, server)
    server.close()
    return partial(_end, pid)


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _answer_for_ever(service: Service, server: socket.socket) -> None:
    """In the forked process. Never returns."""
    try:
        chance.draw_as(f"{service.kind} on {service.node}")
        if server.type == socket.SOCK_DGRAM:
            _answer_questions(server, IPv4Address(service.text))
        else:
            _HttpServer(server, service.text.encode()).run()
    finally:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def _answer_questions(server: socket.socket, address: IPv4Address) -> None:
    while True:
        asked, client = server.recvfrom(_LONGEST_REQUEST)
        try:
            said = dns_message.answer(asked, address, _plain(client[0]))
        except ValueError:
            continue  # whoever sent this gets no answer
        try:
            server.sendto(said, client)
        except OSError:
            continue  # no way back to that client at this moment


def _plain(address: str) -> str:
    """An address as people write it: an IPv4 client of a socket for both is `::ffff:10.0.1.10`."""
    found = ip_address(address)
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)


class _HttpServer:
    """Answers whatever is asked with one text, and closes (RFC 9112). Many clients at a time; none can hold it up."""

    def __init__(self, server: socket.socket, text: bytes) -> None:
        self._server = server
        self._text = text
        self._asked: dict[socket.socket, bytes] = {}
        self._selector = selectors.DefaultSelector()

    def run(self) -> None:
        """Never returns."""
        self._server.setblocking(False)
        self._selector.register(self._server, selectors.EVENT_READ)
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._server:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket):
                    self._read(key.fileobj)

    def _accept(self) -> None:
        try:
            client, _ = self._server.accept()
        except OSError:
            return  # it has gone already
        client.setblocking(False)
        self._asked[client] = b""
        self._selector.register(client, selectors.EVENT_READ)

    def _read(self, client: socket.socket) -> None:
        try:
            data = client.recv(_LONGEST_REQUEST)
            self._asked[client] += data
            if data and _END_OF_REQUEST not in self._asked[client] and len(self._asked[client]) < _LONGEST_REQUEST:
                return
            if data:
                client.send(self._answer(client))
        except OSError:
            pass  # the connection broke
        del self._asked[client]
        self._selector.unregister(client)
        client.close()

    def _answer(self, client: socket.socket) -> bytes:
        lines = (
            "HTTP/1.1 200 OK",
            "Content-Type: text/plain",
            f"Content-Length: {len(self._text)}",
            f"{SEEN_AS}: {_plain(client.getpeername()[0])}",
            "Connection: close",
        )
        return "\r\n".join(lines).encode() + _END_OF_REQUEST + self._text
