"""ExaBGP inside a process that was forked from the lab process, which has imported it already.

Starting Python and importing ExaBGP costs more than a second inside the embedded kernel; a fork
costs some 40 ms. Four things of ExaBGP 5.0.15 are replaced here in the child, and in `exabgp_wire` what it
says and accepts:

- The helper program. ExaBGP talks JSON to a child of its own; here the lab process is at the other
  end of two pipes that exist already, so no program is started.
- The wait. ExaBGP looks around every 10 ms, and spins while it connects. Each look costs real time
  although no virtual time passes. Here it sleeps until a socket is ready or a timer of its own is
  due. The timers themselves (whole seconds of the wall clock) are ExaBGP's, untouched.
- The retry of a connection, which ExaBGP repeats every 10 ms: here once in `CONNECT_RETRY_S`, and a
  SYN that stays without an answer is given up after `SYN_WAIT_S` (RFC 4271 section 8.2.2,
  ConnectRetryTimer; the RFC suggests 120 s, routers use less).
- The end of a session that offers graceful restart, which ExaBGP always closes without a word.
"""

from __future__ import annotations

import inspect
import os
import select
import sys
import time
import traceback
from collections.abc import Generator, Iterable, Mapping
from time import time as wall_clock  # noqa: TID251 - ExaBGP's timers are on it: what waits for them must be, too
from typing import Any, ClassVar, NoReturn
from weakref import WeakSet

from exabgp.bgp import timer as exabgp_timer
from exabgp.bgp.message.open.capability import Capability
from exabgp.configuration.configuration import Configuration
from exabgp.environment import getenv
from exabgp.logger import log
from exabgp.reactor import keepalive as exabgp_keepalive
from exabgp.reactor import loop as exabgp_loop
from exabgp.reactor import protocol as exabgp_protocol
from exabgp.reactor.api.processes import Processes
from exabgp.reactor.api.response import Response
from exabgp.reactor.peer import ACTION
from exabgp.version import json as json_version

from dxemu.bgp.notification import Cease
from dxemu.daemons import exabgp_bulk, exabgp_configure, exabgp_idle, exabgp_log, exabgp_wire
from dxemu.daemons.exabgp_connect import _Outgoing
from dxemu.host.timer import Timer

ROUNDS_WITHOUT_INPUT = 10
START_WAIT_S = 0.001
PAST_NS = 2_000
"""Wake up past the moment, never before: a float of the wall clock is exact to 240 ns, and ExaBGP looks once."""
JUST_PAST_S = 0.01

_READABLE = select.POLLIN | select.POLLPRI | select.POLLHUP | select.POLLERR


class _Pipe:
    """Looks like the `subprocess.Popen` that ExaBGP expects of its helper."""

    def __init__(self, commands: int, events: int) -> None:
        os.set_blocking(commands, False)
        self.stdout = os.fdopen(commands, "rb", 0)
        self.stdin = os.fdopen(events, "wb", 0)

    def poll(self) -> None:
        return None

    def terminate(self) -> None:
        """Nothing to end: the other side is the lab process."""

    kill = terminate

    def wait(self, timeout: float | None = None) -> int:
        del timeout
        return 0


class _PipedProcesses(Processes):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """ExaBGP's helpers, with pipes that are there already in place of a program to start."""

    pipe: _Pipe

    def _start(self, process: str) -> None:
        if process in self._process:
            return
        self._encoder[process] = Response.JSON(json_version)
        self._ackjson[process] = False
        self._ack[process] = False
        self._process[process] = self.pipe
        self._update_fds()
        self._restart[process] = False


class _SendTimer(exabgp_timer.SendTimer):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """Remembers every timer, so that the reactor knows when the next keepalive is due.

    ExaBGP sends a keepalive every third of the hold time. `intervals` has another one for some peers, by address.
    """

    live: ClassVar[WeakSet[Any]] = WeakSet()
    intervals: ClassVar[dict[str, int]] = {}
    keepalive: int

    def __init__(self, session: Any, holdtime: object) -> None:
        super().__init__(session, holdtime)
        connection = session.__self__  # `session` is the method that names it; an incoming one has its ends reversed
        self._addresses = (str(connection.peer), str(connection.local))
        self._third = self.keepalive
        self._set()
        self.live.add(self)

    def _set(self) -> None:
        self.keepalive = min((self._third, *(self.intervals.get(address, self._third) for address in self._addresses)))

    @classmethod
    def change(cls, address: str, interval: int) -> None:
        """From now on a peer is sent a keepalive so often."""
        cls.intervals[address] = interval
        for timer in cls.live:
            timer._set()


class _Peer(exabgp_wire.WirePeer):
    """Closes with a NOTIFICATION also where it offers graceful restart, unless BFD is why and the peer offers it, too.

    A NOTIFICATION ends graceful restart (RFC 4724 section 4), so one is sent where it is to end.
    """

    _offered: Any = None

    def teardown(self, code: int, restart: bool = True) -> None:
        offered = self.neighbor["capability"]["graceful-restart"]
        received = None if self.proto is None else self.proto.negotiated.received_open
        theirs = received is not None and bool(received.capabilities.get(Capability.CODE.GRACEFUL_RESTART))  # families
        if offered and not (code == Cease.BFD_DOWN and theirs):
            self._offered = offered
            self._offer(0)
        super().teardown(code, restart)

    def _reset(self, message: str = "", error: object = "") -> None:
        if self._offered is not None:
            self._offer(self._offered)
            self._offered = None
        super()._reset(message, error)

    def run(self) -> Any:  # Any: ExaBGP 5.0 is untyped
        """One step. A peer that is shut down begins nothing."""
        return ACTION.LATER if self.generator is None and exabgp_idle.is_shut(self) else super().run()

    def _offer(self, restart_time: Any) -> None:
        self.neighbor["capability"] = {**self.neighbor["capability"], "graceful-restart": restart_time}


class _Reactor(exabgp_idle.IdlePeers):
    """Sleeps until something can happen."""

    _listening: frozenset[int] = frozenset()
    _rounds = 0
    _commands_left = False
    _timer: Timer | None = None

    def _listen_for_neighbors(self) -> bool:
        listening: bool = super()._listen_for_neighbors()
        exabgp_wire.set_listening_ttl(self)
        return listening

    def _wait_for_io(self, sleeptime: int) -> Generator[int, None, None]:
        if self._timer is None:
            self._timer = Timer()
            self._poller.register(self._timer.fd, select.POLLIN)
        listening = frozenset(sock.fileno() for sock in self.listener._sockets) if self.listener else frozenset()
        for fd in listening - self._listening:
            self._poller.register(fd, _READABLE)
        self._listening = listening
        connecting = [fd for fd, _ in _Outgoing.waiting.values() if fd >= 0]
        for fd in connecting:
            self._poller.register(fd, select.POLLOUT)
        # ExaBGP does 50 commands a round, and sends what they announce in the next one.
        left, self._commands_left = self._commands_left, not self.asynchronous.ready()
        sleeptime = 0 if left or self._commands_left else sleeptime
        ready = self._poller.poll(self._patience_ms(sleeptime))
        if any(fd == self._timer.fd for fd, _ in ready):
            self._timer.wait()
        self._rounds = 0 if ready or sleeptime else self._rounds + 1
        for fd in connecting:
            self._poller.unregister(fd)
        for fd, event in ready:
            if event & select.POLLNVAL and fd not in connecting:  # ExaBGP closed it and left it here
                self._poller.unregister(fd)
            elif event & _READABLE and fd != self._timer.fd and fd not in listening and fd not in connecting:
                yield fd

    def _patience_ms(self, sleeptime: int) -> int:
        """How long to wait for a socket; -1: until the timer fires, which is set for the next thing that is due.

        ExaBGP asks for no wait at all also where only the peer can bring it on.
        """
        if not sleeptime:
            return 1 if self._rounds >= ROUNDS_WITHOUT_INPUT else 0
        assert self._timer is not None
        self._timer.fire_at(time.monotonic_ns() + round(self._until_due_s() * 1e9) + PAST_NS)
        return -1

    def _until_due_s(self) -> float:
        """Seconds until a timer of ExaBGP may act.

        One that is long past has acted, or belongs to a session that is gone. One that is just past may have
        become due while ExaBGP was looking: it gets another look.
        """
        now = wall_clock()
        due = [until for _, until in _Outgoing.waiting.values()]
        starting = [peer for peer in self._peers.values() if self._starting(peer)]
        if len(starting) > len(_Outgoing.waiting):
            due.append(max(min(peer._delay._time for peer in starting), now) + START_WAIT_S)
        for peer in self._peers.values():
            if peer.recv_timer is not None and peer.proto is not None:
                due.append(peer.recv_timer.last_read + peer.recv_timer.holdtime + 1)
        due.extend(timer.last_sent + timer.keepalive for timer in _SendTimer.live if timer.keepalive)
        return min(
            (max(at - now, START_WAIT_S if at <= now else 0) for at in due if at > now - JUST_PAST_S), default=60
        )

    @staticmethod
    def _starting(peer: Any) -> bool:
        """Whether ExaBGP wants to look at this peer again soon, although no socket of it will become ready."""
        if peer.proto is None:
            return not peer.neighbor["passive"] and not exabgp_idle.is_shut(peer)
        return peer.generator is None or (
            inspect.isgenerator(peer.generator) and inspect.getgeneratorstate(peer.generator) == inspect.GEN_CREATED
        )


def _environment() -> Any:  # Any: ExaBGP 5.0 is untyped
    """ExaBGP's settings: no daemon, no other user, no answers on the pipe, nothing that it listens on by itself."""
    environment = getenv()
    environment.daemon.user = "root"
    environment.daemon.drop = False
    environment.daemon.daemonize = False
    environment.api.cli = False
    environment.api.ack = False
    environment.api.respawn = False
    environment.log.destination = "stdout"
    environment.log.level = "WARNING"
    environment.tcp.bind = []
    return environment


def run(
    configuration: str,
    keepalives: Mapping[str, int],
    shut: Iterable[str],
    commands: int,
    events: int,
    log_file: int,
) -> NoReturn:
    """Be ExaBGP with this configuration text until a signal ends it. Call it in a fresh fork, in the namespace.

    `keepalives` are seconds by the peer's address; the sessions with the peers at `shut` are shut down here.
    `commands` is read and `events` written, one line each;
    `log_file` takes what ExaBGP logs.
    """
    os.dup2(log_file, 1)
    os.dup2(log_file, 2)
    # Whoever started the lab may have put another file there, whose number is a socket's here by now.
    sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, closefd=False)
    environment = _environment()
    exabgp_log.install()
    log.init(environment)
    _PipedProcesses.pipe = _Pipe(commands, events)
    exabgp_loop.Processes = _PipedProcesses
    exabgp_loop.Peer = _Peer
    _SendTimer.intervals.update(keepalives)
    exabgp_keepalive.SendTimer = _SendTimer
    exabgp_protocol.Outgoing = _Outgoing
    exabgp_loop.ASYNC = exabgp_bulk.Asynchronous
    exabgp_bulk.install()
    exabgp_idle.install()
    exabgp_configure.install(_SendTimer.change)
    exabgp_idle.shut.update(shut)
    exabgp_wire.install()
    status = 1
    try:
        status = _Reactor(Configuration([configuration], text=True)).run()
    finally:
        if sys.exc_info()[0] is not None:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
