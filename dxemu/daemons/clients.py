"""A client's half of HTTP and DNS: one request from a node, and what came back."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable
from dataclasses import dataclass

from dxemu.daemons import dns_message
from dxemu.daemons.services import HTTP_PORT, SEEN_AS
from dxemu.netlink.namespace import Namespace
from dxemu.units import IPAddress

QUESTION = "www.example.com"
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_CHUNK = 1 << 16
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Page:
    """What came back: HTTP's status or DNS's response code, bytes of the content, the address that the server saw."""

    status: int
    bytes: int
    seen_as: str
    problem: str = ""


async def within(limit_s: float, request: Awaitable[Page]) -> tuple[Page | None, str]:
    """What came back, if anything did in time, and what is wrong with it, in words; "" if nothing is."""
    try:
        async with asyncio.timeout(limit_s):
            page = await request
    except TimeoutError:
        return None, f"no answer within {limit_s:g} s"
    except OSError as error:
        return None, os.strerror(error.errno) if error.errno else str(error)
    except ValueError as error:
        return None, str(error)
    return page, page.problem


def _socket(client: Namespace, address: IPAddress, kind: socket.SocketKind) -> socket.socket:
    with client.entered():
        return socket.socket(_FAMILIES[address.version], kind | socket.SOCK_NONBLOCK)


async def get_page(client: Namespace, address: IPAddress) -> Page:
    """Raises OSError if there is no connection, ValueError if what comes back is no HTTP."""
    loop = asyncio.get_running_loop()
    with _socket(client, address, socket.SOCK_STREAM) as sock:
        await loop.sock_connect(sock, (str(address), HTTP_PORT))
        host = f"[{address}]" if address.version == 6 else address  # noqa: PLR2004
        await loop.sock_sendall(sock, f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        said = b""
        while data := await loop.sock_recv(sock, _CHUNK):
            said += data
    head, found, content = said.partition(_END_OF_HEAD)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    words = first.split()
    if not found or len(words) < 2 or not words[1].isdigit():  # noqa: PLR2004 - version and status
        raise ValueError("what came back is no HTTP answer")
    status = int(words[1])
    problem = "" if status == 200 else f"status {status}"  # noqa: PLR2004
    return Page(status, len(content), headers.get(SEEN_AS.lower(), ""), problem)


async def ask_dns(client: Namespace, address: IPAddress) -> Page:
    """Raises OSError if the question cannot be sent, ValueError if what comes back is no answer."""
    loop = asyncio.get_running_loop()
    asked = dns_message.question(1, QUESTION)
    with _socket(client, address, socket.SOCK_DGRAM) as sock:
        await loop.sock_connect(sock, (str(address), dns_message.PORT))
        await loop.sock_sendall(sock, asked)
        said = await loop.sock_recv(sock, _CHUNK)
    answer = dns_message.read(said)
    problem = "" if answer.code == 0 and answer.address is not None else f"response code {answer.code}"
    return Page(answer.code, len(said), answer.seen_as, problem)
