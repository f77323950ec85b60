"""A TCP connection that lives on: numbered messages there and back, and what both kernels say of it (TCP_INFO).

If it ends, the client opens another one a second later, as a pool of connections does.
"""

from __future__ import annotations

import asyncio
import math
import os
import socket
import struct
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from random import Random
from typing import ClassVar, Self

from dxemu.events.base import Event
from dxemu.events.probes import StreamEnded, StreamStalled
from dxemu.host.clock import Clock
from dxemu.lab.probe_ports import FIRST_PORT, LAST_PORT
from dxemu.lab.probes.base import START_S, Runner
from dxemu.probes.percentiles import Percentiles
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
        self._open: dict[str, _Stream] = {}
        for number, probe in enumerate(self.probes, self.run.first):
            echo = await stack.enter_async_context(_Echo(self, probe, PORT + number))
            self.go_on(self._live(probe, number, echo))

    def stop(self) -> None:
        """No message leaves from now on."""
        self._stopped = True

    def known(self) -> Sequence[Event]:
        """`stream` of each that is open, and that it stalls."""
        return [event for stream in self._open.values() for event in stream.so_far()]

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
            stream = self._open[probe.name] = _Stream(self, probe, streams, echo)
            await stream.live(PORT + number, draw.randint(FIRST_PORT, LAST_PORT))
            del self._open[probe.name]
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
        self._messages = 0
        self._waits: deque[float] = deque()
        """When what is not answered was sent."""
        self._last_sent_s = 0.0
        self._took = Percentiles()
        self._sock: socket.socket | None = None
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
                self._sock = sock
                reason = await self._talk(sock)
            except TimeoutError as error:
                waited = f"no connection within {CONNECT_LIMIT_S:g} s"
                reason = os.strerror(error.errno) if error.errno else waited
            except OSError as error:
                reason = os.strerror(error.errno) if error.errno else str(error)
            for event in self._found(sock, reason):
                self._lab.journal.tell(event)

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
        return not self._waits

    async def _say(self, sock: socket.socket) -> None:
        """A message at each moment, to the run's end. What the kernel does not take waits for the next moment."""
        interval, first, waiting = self._probe.rate.interval, self._clock.now() + ASIDE_S, b""
        end_s = self._runner.run.end_s
        while (at := first + self._messages * interval) < end_s and not self._runner.stopped:
            await self._clock.until(at)
            now = self._clock.now()
            self._late_s = max(self._late_s, now - at)
            waiting += _NUMBER.pack(self._messages).ljust(self._probe.size, b"\0")
            self._messages += 1
            self._waits.append(now)
            self._last_sent_s = now
            self._runner.keep_known()
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
            while self._took.count < heard // self._probe.size:
                self._answered(self._waits.popleft(), now)
            if self._answered_all and self._over:
                return

    @property
    def _over(self) -> bool:
        run = self._runner.run
        return self._runner.stopped or self._last_sent_s + self._probe.rate.interval >= run.end_s

    def _answered(self, sent_s: float, now: float) -> None:
        """An answer. What waited behind one that stalled is the same stall."""
        self._took.add(now - sent_s)
        if now - sent_s > self._probe.stall and sent_s > self._stall_until:
            self._lab.journal.tell(self._stalled(sent_s, now))
            self._stall_until = now

    def _stalled(self, start_s: float, end_s: float | None) -> StreamStalled:
        return StreamStalled(
            probe=self._probe.name,
            number=self._number,
            start_s=round(start_s, 6),
            end_s=None if end_s is None else round(end_s, 6),
        )

    def so_far(self) -> Iterator[Event]:
        """What would be told of it if the run ended now; nothing of one that never came up."""
        return iter(()) if self._sock is None else self._found(self._sock, "")

    def _found(self, sock: socket.socket, reason: str) -> Iterator[Event]:
        now = self._clock.now()
        if self._waits and now - self._waits[0] > self._probe.stall:
            yield self._stalled(self._waits[0], None)
        p50_s, mine = self._took.share(0.5), self._echo.accepted[self._before :]
        yield StreamEnded(
            probe=self._probe.name,
            number=self._number,
            opened_s=None if self._opened_s is None else round(self._opened_s, 6),
            ended_s=round(now, 6),
            reason=reason,
            messages=self._messages,
            answered=self._took.count,
            retransmitted=_retransmitted([sock]),
            retransmitted_back=_retransmitted(mine),
            p50_s=None if p50_s is None else round(p50_s, 9),
            longest_s=round(self._took.largest, 9),
            interval_s=round(self._probe.rate.interval, 9),
            lateness_max_s=round(self._late_s, 6),
        )


def _retransmitted(sockets: Sequence[socket.socket]) -> int:
    """Segments that the kernel sent again."""
    told = (sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO) for sock in sockets)
    return sum(struct.unpack_from("=I", info, _TOTAL_RETRANS)[0] for info in told)
