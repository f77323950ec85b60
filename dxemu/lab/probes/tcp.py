"""A TCP connection that lives on: numbered messages there and back, and what both kernels say of it (TCP_INFO).

If it ends, the client opens another one a second later, as a pool of connections does.
"""

from __future__ import annotations

import asyncio
import math
import os
import socket
import struct
from collections.abc import Sequence
from contextlib import AsyncExitStack, ExitStack
from random import Random
from typing import ClassVar, Self

from dxemu.events.probes import StreamEnded, StreamStalled
from dxemu.host.clock import Clock
from dxemu.lab.probe_ports import FIRST_PORT, LAST_PORT
from dxemu.lab.probes.base import START_S, Runner
from dxemu.probes.base import nearest_rank
from dxemu.probes.tcp import TcpProbe

PORT = 7700
"""First port of the servers; each probe takes the next."""
AGAIN_S = 1.0
CONNECT_LIMIT_S = 10.0
LINGER_S = 0.5
"""Wait for the last answers after the last message: far above any round trip of a plan."""
ASIDE_S = 0.0005
"""Messages leave between the moments at which faults strike: at the very moment it would be chance who is first."""
_FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}
_CHUNK = 1 << 16
_NUMBER = struct.Struct("=Q")
_TCP_INFO, _TOTAL_RETRANS = 104, 100  # struct tcp_info of linux/tcp.h: bytes of it, and where tcpi_total_retrans is
_MS = 1000


class TcpRunner(Runner[TcpProbe]):
    """Tells a `stream` event for each connection, and a `stalled` event for each stall."""

    stops: ClassVar[bool] = True

    async def start(self, stack: AsyncExitStack) -> None:
        """Start the servers; each client opens its first connection a moment after the run's start."""
        self._stopped = False
        for number, probe in enumerate(self.probes, self.run.first):
            echo = await stack.enter_async_context(_Echo(self, probe, PORT + number))
            self.go_on(self._live(probe, number, echo))

    def stop(self) -> None:
        """No message leaves from now on."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Whether nothing more is to be sent."""
        return self._stopped

    async def _live(self, probe: TcpProbe, number: int, echo: _Echo) -> None:
        clock = self.run.lab.journal.clock
        draw = Random(f"tcp {number}, {self.run.seed}")
        streams, at = 0, START_S if self.run.from_s == 0.0 else self.run.from_s
        while at < self.run.end_s and not self._stopped:
            await clock.until(at)
            streams += 1
            stream = _Stream(self, probe, streams, echo)
            await stream.live(PORT + number, draw.randint(FIRST_PORT, LAST_PORT))
            at = clock.now() + AGAIN_S


class _Echo:
    """A context manager: a server that sends back what it gets, on any number of connections."""

    def __init__(self, runner: TcpRunner, probe: TcpProbe, port: int) -> None:
        with runner.run.lab.node(probe.to_host).namespace.entered():
            self._listener = socket.socket(_FAMILIES[probe.version], socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._stack = ExitStack()
        self._stack.enter_context(self._listener)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("", port))
        self._listener.listen()
        self._tasks: list[asyncio.Task[None]] = []
        self.accepted: list[socket.socket] = []

    async def __aenter__(self) -> Self:
        self._tasks.append(asyncio.create_task(self._accept()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._stack.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            sock, _ = await loop.sock_accept(self._listener)
            self.accepted.append(self._stack.enter_context(sock))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._tasks.append(asyncio.create_task(self._answer(sock)))

    @staticmethod
    async def _answer(sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        try:
            while data := await loop.sock_recv(sock, _CHUNK):
                await loop.sock_sendall(sock, data)
        except OSError:  # the client says what became of it
            return


class _Stream:
    """One connection of a probe, from its opening to its end."""

    def __init__(self, runner: TcpRunner, probe: TcpProbe, number: int, echo: _Echo) -> None:
        self._runner, self._probe, self._number, self._echo = runner, probe, number, echo
        self._lab = runner.run.lab
        self._clock: Clock = runner.run.lab.journal.clock
        self._before = len(echo.accepted)
        self._sent: list[float] = []
        self._took: list[float] = []
        self._late_s = 0.0
        self._opened_s: float | None = None
        self._stall_until = -math.inf

    async def live(self, port: int, own_port: int) -> None:
        """Open it, talk until it ends or the run does, and tell what became of it."""
        probe = self._probe
        with self._lab.node(probe.from_host).namespace.entered():
            sock = socket.socket(_FAMILIES[probe.version], socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        with sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if probe.give_up is not None:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(probe.give_up * _MS))
            reason = ""
            try:
                sock.bind(("", own_port))
                async with asyncio.timeout(CONNECT_LIMIT_S):
                    address = str(self._lab.plan.address_of(probe.to_host, probe.version))
                    await asyncio.get_running_loop().sock_connect(sock, (address, port))
                self._opened_s = self._clock.now()
                reason = await self._talk(sock)
            except TimeoutError as error:
                waited = f"no connection within {CONNECT_LIMIT_S:g} s"
                reason = os.strerror(error.errno) if error.errno else waited
            except OSError as error:
                reason = os.strerror(error.errno) if error.errno else str(error)
            self._tell(sock, reason)

    async def _talk(self, sock: socket.socket) -> str:
        """Why it ended; "" if the run did. Raises OSError."""
        hearing = asyncio.create_task(self._hear(sock))
        saying = asyncio.create_task(self._say(sock))
        try:
            await asyncio.wait({hearing, saying}, return_when=asyncio.FIRST_COMPLETED)
            if not hearing.done():
                await asyncio.wait({hearing}, timeout=LINGER_S)
            if not hearing.done():
                return ""
            hearing.result()
            return "" if self._answered_all and saying.done() else "closed by the other end"
        finally:
            for task in (hearing, saying):
                task.cancel()
            await asyncio.gather(hearing, saying, return_exceptions=True)

    @property
    def _answered_all(self) -> bool:
        return len(self._took) == len(self._sent)

    async def _say(self, sock: socket.socket) -> None:
        """A message at each moment, to the run's end. What the kernel does not take waits for the next moment."""
        interval, first, waiting = self._probe.rate.interval, self._clock.now() + ASIDE_S, b""
        end_s = self._runner.run.end_s
        while (at := first + len(self._sent) * interval) < end_s and not self._runner.stopped:
            await self._clock.until(at)
            now = self._clock.now()
            self._late_s = max(self._late_s, now - at)
            waiting += _NUMBER.pack(len(self._sent)).ljust(self._probe.size, b"\0")
            self._sent.append(now)
            try:
                waiting = waiting[sock.send(waiting) :]
            except BlockingIOError:
                continue

    async def _hear(self, sock: socket.socket) -> None:
        """Until the other end closes, or everything that will be said is answered. Raises OSError."""
        loop, heard = asyncio.get_running_loop(), 0
        while data := await loop.sock_recv(sock, _CHUNK):
            heard += len(data)
            now = self._clock.now()
            while len(self._took) < heard // self._probe.size:
                self._answered(self._sent[len(self._took)], now)
            if self._answered_all and self._over:
                return

    @property
    def _over(self) -> bool:
        run = self._runner.run
        return self._runner.stopped or self._sent[-1] + self._probe.rate.interval >= run.end_s

    def _answered(self, sent_s: float, now: float) -> None:
        """An answer. What waited behind one that stalled is the same stall."""
        self._took.append(now - sent_s)
        if now - sent_s > self._probe.stall and sent_s > self._stall_until:
            self._stalled(sent_s, now)
            self._stall_until = now

    def _stalled(self, start_s: float, end_s: float | None) -> None:
        self._lab.journal.tell(
            StreamStalled(
                probe=self._probe.name,
                number=self._number,
                start_s=round(start_s, 6),
                end_s=None if end_s is None else round(end_s, 6),
            )
        )

    def _tell(self, sock: socket.socket, reason: str) -> None:
        now, waits = self._clock.now(), self._sent[len(self._took) :]
        if waits and now - waits[0] > self._probe.stall:
            self._stalled(waits[0], None)
        took, mine = sorted(self._took), self._echo.accepted[self._before :]
        self._lab.journal.tell(
            StreamEnded(
                probe=self._probe.name,
                number=self._number,
                opened_s=None if self._opened_s is None else round(self._opened_s, 6),
                ended_s=round(now, 6),
                reason=reason,
                messages=len(self._sent),
                answered=len(took),
                retransmitted=_retransmitted([sock]),
                retransmitted_back=_retransmitted(mine),
                p50_s=round(nearest_rank(took, 0.5), 9) if took else None,
                longest_s=round(took[-1], 9) if took else 0.0,
                interval_s=round(self._probe.rate.interval, 9),
                lateness_max_s=round(self._late_s, 6),
            )
        )


def _retransmitted(sockets: Sequence[socket.socket]) -> int:
    """Segments that the kernel sent again."""
    told = (sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO) for sock in sockets)
    return sum(struct.unpack_from("=I", info, _TOTAL_RETRANS)[0] for info in told)
