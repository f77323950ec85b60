"""A traceroute: packets of each TTL at once, and who says that it ended there (RFC 792, RFC 4443).

Linux says so to one host once a second at most. On the nodes of a lab that limit is taken away, so that a silent hop is
one which nothing reached, or from which no way leads back.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from contextlib import AsyncExitStack
from ipaddress import ip_address
from typing import ClassVar

from dxemu.events.probes import HopsTraced
from dxemu.lab.probes.base import START_S, Runner
from dxemu.netlink import sysctl
from dxemu.plan.model import Plan
from dxemu.probes.trace import SILENT, TraceProbe

PORT = 33_600
"""Of a TTL: this and the TTL. Nobody listens there, so that the end of the way says so."""
MOST_HOPS = 24
ANSWER_LIMIT_S = 0.5
"""What was not heard of within this time is silent: far above any round trip of a plan."""
ASIDE_S = 0.0005
LIMITS = {4: "net/ipv4/icmp_ratelimit", 6: "net/ipv6/icmp/ratelimit"}
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_LEVELS = {4: socket.IPPROTO_IP, 6: socket.IPPROTO_IPV6}
_TTL = {4: socket.IP_TTL, 6: socket.IPV6_UNICAST_HOPS}
_ERRORS = {4: 11, 6: 25}  # IP_RECVERR, IPV6_RECVERR
_PORT_UNREACHABLE = {4: (3, 3), 6: (1, 4)}
_ERROR = struct.Struct("=IBBBBII")  # struct sock_extended_err
_LOCAL = 1  # SO_EE_ORIGIN_LOCAL
_SOCKADDR = {4: (4, 8), 6: (8, 24)}


class TraceRunner(Runner[TraceProbe]):
    """Tells a `hops` event for each trace."""

    stops: ClassVar[bool] = True

    async def start(self, stack: AsyncExitStack) -> None:
        """Each probe traces by itself, from a moment after the run's start."""
        del stack
        self._stopped = False
        for probe in self.probes:
            for node in self.run.lab.plan.nodes:
                sysctl.write(self.run.lab.node(node.name).namespace, LIMITS[probe.version], "0")
            self.go_on(self._trace_all(probe))

    def stop(self) -> None:
        """Trace no more."""
        self._stopped = True

    async def _trace_all(self, probe: TraceProbe) -> None:
        run, clock = self.run, self.run.lab.journal.clock
        at = (START_S if run.from_s == 0.0 else run.from_s) + ASIDE_S
        while at < run.end_s and not self._stopped:
            await clock.until(at)
            started_s = clock.now()
            hops, complete = await self._trace(probe)
            run.lab.journal.tell(
                HopsTraced(
                    probe=probe.name,
                    started_s=round(started_s, 6),
                    hops=hops,
                    complete=complete,
                    interval_s=float(probe.every),
                    late_s=round(started_s - at, 6),
                )
            )
            at += float(probe.every)

    async def _trace(self, probe: TraceProbe) -> tuple[tuple[str, ...], bool]:
        """Who answered, and whether the end did."""
        lab, version = self.run.lab, probe.version
        target = str(lab.plan.address_of(probe.to_host, version))
        with lab.node(probe.from_host).namespace.entered():
            sock = socket.socket(_FAMILIES[version], socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        with sock:
            sock.setsockopt(_LEVELS[version], _ERRORS[version], 1)
            sock.bind((str(lab.plan.address_of(probe.from_host, version)), 0))
            heard = _Heard(lab.plan, sock, version)
            for ttl in range(1, MOST_HOPS + 1):
                sock.setsockopt(_LEVELS[version], _TTL[version], ttl)
                with contextlib.suppress(OSError):  # no route, or an error of an earlier packet: it is read below
                    sock.sendto(b"\0" * 32, (target, PORT + ttl))
            await heard.all_of_them()
        end = min(heard.ends, default=max(heard.hops, default=0))
        return tuple(heard.hops.get(ttl, SILENT) for ttl in range(1, end + 1)), bool(heard.ends)


class _Heard:
    """What routers, and the end of the way, said of the packets of one trace, by their TTL."""

    def __init__(self, plan: Plan, sock: socket.socket, version: int) -> None:
        self.hops: dict[int, str] = {}
        self.ends: set[int] = set()
        self._plan, self._sock, self._version = plan, sock, version

    async def all_of_them(self) -> None:
        """Return once the end and all before it have answered, or nobody else does."""
        loop = asyncio.get_running_loop()
        whole = asyncio.Event()
        loop.add_reader(self._sock, self._hear, whole)
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                await whole.wait()
        except TimeoutError:
            return
        finally:
            loop.remove_reader(self._sock)

    def _hear(self, whole: asyncio.Event) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                _, control, _, to = self._sock.recvmsg(1 << 10, 1 << 10, socket.MSG_ERRQUEUE)
                for _, _, data in control:
                    self._said(data, to[1] - PORT)
        if self.ends and all(ttl in self.hops for ttl in range(1, min(self.ends))):
            whole.set()

    def _said(self, data: bytes, ttl: int) -> None:
        _, origin, kind, code, _, _, _ = _ERROR.unpack_from(data)
        if origin == _LOCAL:
            return
        offset, end = _SOCKADDR[self._version]
        by = str(ip_address(data[_ERROR.size + offset : _ERROR.size + end]))
        held = next((one.node for one in self._plan.addresses if str(one.address.ip) == by), by)
        self.hops[ttl] = held
        if (kind, code) == _PORT_UNREACHABLE[self._version]:
            self.ends.add(ttl)
