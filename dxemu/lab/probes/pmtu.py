"""The largest packet that gets from one host to another, and whether the sender was told.

Path MTU discovery as hosts do it: packets that must not be fragmented (IPv4 with DF, IPv6), as large as the sender's
own MTU at first, then as large as the ICMP message says (RFC 1191, RFC 8201). Where packets vanish without a word the
size is found by trying (RFC 8899), and the probe says that nobody told: to TCP that is a black hole.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self

from dxemu.events.probes import PathMtuFound
from dxemu.events.timeline import DIRECTIONS
from dxemu.host.batch import SO_RCVBUFFORCE
from dxemu.lab.probes.base import Runner
from dxemu.netlink import link
from dxemu.netlink.namespace import Namespace
from dxemu.plan.model import Plan, Side
from dxemu.probes.pmtu import PathMtuProbe
from dxemu.units import IPAddress

PORT = 33434
"""First port at the receiver; each probe takes the next."""
ANSWER_LIMIT_S = 0.5
"""What was not heard of within this time is lost: far above any round trip of a plan."""
RECEIVE_BUFFER_BYTES = 4 << 20
STEPS = 16
"""Sizes that are tried at once where packets vanish."""
SMALLEST = {4: 576, 6: 1280}
"""RFC 791 and RFC 8200: what every path should carry."""
_HEADERS = {4: 28, 6: 48}
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_IP_MTU_DISCOVER, _IPV6_MTU_DISCOVER, _PROBE = 10, 23, 3
_IP_RECVERR, _IPV6_RECVERR = 11, 25
_ERROR = struct.Struct("=IBBBBII")  # struct sock_extended_err
_LOCAL = 1  # SO_EE_ORIGIN_LOCAL
_MARK = struct.Struct("!I")
_SOCKADDR = {4: (4, 8), 6: (8, 24)}


@dataclass(frozen=True, slots=True)
class PacketTooBig:
    """An ICMP message: packets of `mtu` bytes at most, says `by`."""

    mtu: int
    by: str


class PathMtuRunner(Runner[PathMtuProbe]):
    """Tells a `path_mtu` event for each time."""

    async def start(self, stack: AsyncExitStack) -> None:
        """Each probe goes on by itself."""
        del stack
        for number, probe in enumerate(self.probes):
            self.go_on(self._measure_all(probe, PORT + number))

    async def _measure_all(self, probe: PathMtuProbe, port: int) -> None:
        lab = self.run.lab
        plan, clock = lab.plan, lab.journal.clock
        sender, receiver = lab.node(probe.from_host), lab.node(probe.to_host)
        own = plan.address_of(probe.from_host)
        interface = next(held.interface for held in plan.addresses_of(probe.from_host) if held.address.ip == own)
        direction = DIRECTIONS[plan.node(probe.from_host).side is not Side.CUSTOMER]
        for at in probe.at:
            await clock.until(at)
            started_s = clock.now()
            largest = (await link.read(sender.netlink, interface)).mtu
            with _Path(sender.namespace, own, receiver.namespace, plan.address_of(probe.to_host), port) as path:
                mtu, told, vanished = await _discover(path, largest)
            lab.journal.tell(
                PathMtuFound(
                    probe=probe.name,
                    direction=direction,
                    started_s=round(started_s, 6),
                    mtu=mtu,
                    told=None if mtu in (0, largest) else told is not None and not vanished,
                    told_by=_teller(plan, told.by) if told is not None and not vanished else "",
                    late_s=round(started_s - at, 6),
                )
            )


def _teller(plan: Plan, by: str) -> str:
    """Who told, as a node's name: an address of AWS's own numbering says nothing to anybody."""
    return next((held.node for held in plan.addresses if str(held.address.ip) == by), by)


async def _discover(path: _Path, largest: int) -> tuple[int, PacketTooBig | None, bool]:
    """The largest size that arrives, who told of it last, and whether larger ones vanished without a word."""
    size, told = largest, None
    while True:
        arrived, icmp = await path.try_sizes([size])
        if arrived:
            return size, told, False
        if icmp is None or not path.smallest <= icmp.mtu < size:
            break
        size, told = icmp.mtu, icmp
    low, high = 0, size  # low arrives, high does not
    while high - low > 1:
        first = max(low + 1, path.smallest if low == 0 else 0)
        step = max(1, (high - first) // STEPS)
        sizes = sorted({*range(first, high, step), high - 1})
        arrived, _ = await path.try_sizes(sizes)
        if not arrived and low == 0:
            return 0, told, True
        low = max(arrived, default=low)
        high = min((s for s in sizes if s > low), default=high)
    return low, told, True


class _Path:
    """A context manager: a socket at either end. The sender's packets are never fragmented by its own host."""

    def __init__(self, sender: Namespace, source: IPAddress, receiver: Namespace, target: IPAddress, port: int) -> None:
        self.smallest = SMALLEST[target.version]
        self._version = target.version
        self._ends = sender, (str(source), 0), receiver, (str(target), port)
        self._stack = ExitStack()
        self._number = 0

    def __enter__(self) -> Self:
        sender, source, receiver, target = self._ends
        family = _FAMILIES[self._version]
        level, discover, errors = (
            (socket.IPPROTO_IP, _IP_MTU_DISCOVER, _IP_RECVERR)
            if self._version == 4  # noqa: PLR2004
            else (socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _IPV6_RECVERR)
        )
        with receiver.entered():
            self._receiver = self._stack.enter_context(socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))
        self._receiver.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER_BYTES)
        self._receiver.bind(target)
        with sender.entered():
            self._sender = self._stack.enter_context(socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK))
        self._sender.bind(source)
        self._sender.setsockopt(level, discover, _PROBE)
        self._sender.setsockopt(level, errors, 1)
        self._sender.connect(target)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    async def try_sizes(self, sizes: list[int]) -> tuple[list[int], PacketTooBig | None]:
        """Which sizes arrive, and the last ICMP message about those that do not."""
        self._number += 1
        for size in sizes:
            packet = _MARK.pack(self._number).ljust(size - _HEADERS[self._version], b"\0")
            with contextlib.suppress(OSError):  # an error of an earlier packet: it is read below
                if self._sender.send(packet) == len(packet):
                    continue
            with contextlib.suppress(OSError):
                self._sender.send(packet)
        arrived: list[int] = []
        told: list[PacketTooBig] = []
        loop = asyncio.get_running_loop()
        heard = asyncio.Event()
        loop.add_reader(self._receiver, self._receive, arrived, heard)
        loop.add_reader(self._sender, self._hear, told, heard)
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                while len(arrived) < len(sizes) and not (told and len(sizes) == 1):
                    await heard.wait()
                    heard.clear()
        except TimeoutError:
            pass
        finally:
            loop.remove_reader(self._receiver)
            loop.remove_reader(self._sender)
        return arrived, told[-1] if told else None

    def _receive(self, arrived: list[int], heard: asyncio.Event) -> None:
        data = self._receiver.recv(1 << 16)
        if data[: _MARK.size] == _MARK.pack(self._number):
            arrived.append(len(data) + _HEADERS[self._version])
            heard.set()

    def _hear(self, told: list[PacketTooBig], heard: asyncio.Event) -> None:
        try:
            _, control, _, _ = self._sender.recvmsg(1 << 16, 1 << 10, socket.MSG_ERRQUEUE)
        except OSError:
            return
        for _, _, data in control:
            number, origin, _, _, _, mtu, _ = _ERROR.unpack_from(data)
            offset, end = _SOCKADDR[self._version]
            if number == errno.EMSGSIZE:
                address = data[_ERROR.size + offset : _ERROR.size + end]
                by = "the sender's own kernel" if origin == _LOCAL else str(ip_address(address))
                told.append(PacketTooBig(mtu, by))
                heard.set()
