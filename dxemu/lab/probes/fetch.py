"""A client that fetches from a public service: a page over HTTP, or an address from DNS.

Every fetch has a connection of its own, and `TIME_LIMIT_S` to end well: a TCP connection whose first packet was lost
tries again after 1 s (RFC 6298) and still succeeds.
"""

from __future__ import annotations

import asyncio
import math
import os
import socket
from contextlib import AsyncExitStack
from dataclasses import dataclass

from dxemu.daemons import dns_message
from dxemu.daemons.services import DNS_KINDS, HTTP_PORT, SEEN_AS
from dxemu.events.probes import ServiceFetched
from dxemu.lab.probes.base import START_S, Runner
from dxemu.netlink.namespace import Namespace
from dxemu.probes.fetch import FetchProbe
from dxemu.units import IPAddress

TIME_LIMIT_S = 2.0
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


class FetchRunner(Runner[FetchProbe]):
    """Tells a `fetched` event for each fetch."""

    async def start(self, stack: AsyncExitStack) -> None:
        """Fetch at the probe's rate from a moment after the start, or once."""
        del stack
        for probe in self.probes:
            self.go_on(self._fetch_all(probe))

    async def _fetch_all(self, probe: FetchProbe) -> None:
        clock = self.run.lab.journal.clock
        async with asyncio.TaskGroup() as group:
            for at in _times(probe, self.run.end_s):
                await clock.until(at)
                group.create_task(self._fetch(probe, clock.now()))

    async def _fetch(self, probe: FetchProbe, started_s: float) -> None:
        lab = self.run.lab
        client, address = lab.node(probe.from_host).namespace, lab.plan.address_of(probe.service)
        kind = lab.plan.service_at(probe.service).kind
        fetch = _ask_dns if kind in DNS_KINDS else _get_page
        page = None
        try:
            async with asyncio.timeout(TIME_LIMIT_S):
                page = await fetch(client, address)
            problem = page.problem
        except TimeoutError:
            problem = f"no answer within {TIME_LIMIT_S:g} s"
        except OSError as error:
            problem = os.strerror(error.errno) if error.errno else str(error)
        except ValueError as error:
            problem = str(error)
        lab.journal.tell(
            ServiceFetched(
                probe=probe.name,
                service=probe.service,
                started_s=round(started_s, 6),
                took_s=round(lab.journal.clock.now() - started_s, 6),
                status=page.status if page else None,
                bytes=page.bytes if page else 0,
                seen_as=page.seen_as if page else "",
                problem=problem,
            )
        )


def _times(probe: FetchProbe, end_s: float) -> list[float]:
    """When the fetches begin. The last ones end after the run's end, if nobody answers."""
    if probe.pace is None:
        return [float(probe.at or START_S)]
    return [START_S + n * probe.pace.interval for n in range(math.ceil((end_s - START_S) / probe.pace.interval))]


def _socket(client: Namespace, address: IPAddress, kind: socket.SocketKind) -> socket.socket:
    with client.entered():
        return socket.socket(_FAMILIES[address.version], kind | socket.SOCK_NONBLOCK)


async def _get_page(client: Namespace, address: IPAddress) -> Page:
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


async def _ask_dns(client: Namespace, address: IPAddress) -> Page:
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
