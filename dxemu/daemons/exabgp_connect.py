"""How ExaBGP 5.0.15 connects inside a lab: it waits for its socket, and tries again once in a while."""

from __future__ import annotations

import select
import socket
from collections.abc import Iterator
from time import time as wall_clock  # noqa: TID251 - ExaBGP's timers are on it: what waits for them must be, too
from typing import Any, ClassVar

from exabgp.reactor.network import outgoing as exabgp_outgoing

CONNECT_RETRY_S = 1.0


SYN_WAIT_S = 5.0


class _Outgoing(exabgp_outgoing.Outgoing):  # type: ignore[misc]  # ExaBGP 5.0 is untyped
    """A connection being made. `waiting` tells the reactor which socket, and until when.

    What is sent over it goes at once, as over one that comes in (`exabgp.reactor.network.incoming`). With Nagle's
    algorithm (RFC 9293 section 3.7.4) an update waits for the acknowledgement of the one before, 40 ms and more, if it
    came a turn too late to be sent with it.
    """

    waiting: ClassVar[dict[object, tuple[int, float]]] = {}
    io: Any

    def establish(self) -> Iterator[bool]:
        """Yield False until the connection is made, then True (ExaBGP's contract)."""
        try:
            while True:
                if self._connect() is None:
                    yield from self._wait(self.io.fileno(), wall_clock() + SYN_WAIT_S)
                    if self._made():
                        self.io.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        self.success()
                        yield True
                        return
                    self.io.close()
                    self.io = None
                yield from self._wait(-1, wall_clock() + CONNECT_RETRY_S)
        finally:
            self.waiting.pop(self, None)

    def _wait(self, fd: int, until: float) -> Iterator[bool]:
        poller = select.poll()
        if fd >= 0:
            poller.register(fd, select.POLLOUT)
        self.waiting[self] = (fd, until)
        while wall_clock() < until and not poller.poll(0):
            yield False
        self.waiting.pop(self, None)

    def _made(self) -> bool:
        poller = select.poll()
        poller.register(self.io, select.POLLOUT)
        return bool(poller.poll(0)) and not self.io.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
