"""A program that ends by itself, started inside a namespace: what it prints on the way, and how it ended."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

from dxemu.host import chance
from dxemu.host.process import not_started
from dxemu.netlink.namespace import Namespace

STOP_LIMIT_S = 2.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended, and all that it printed."""

    status: int
    output: str
    errors: str


class Command:
    """A context manager: the program runs inside it, and is killed where the context ends early."""

    def __init__(
        self,
        command: Sequence[str],
        namespace: Namespace,
        on_output: Callable[[str], None] | None = None,
        *,
        idle: bool = False,
    ) -> None:
        """`on_output` hears all that was printed so far, whenever more has come.

        `idle`: it runs when no other process wants to (sched(7), SCHED_IDLE).
        """
        self._command = command
        self._namespace = namespace
        self._on_output = on_output
        self._idle = idle
        self._ended = asyncio.Event()

    def __enter__(self) -> Self:
        """Raises LabError if the program cannot be executed."""
        try:
            name = f"{' '.join(self._command)} in {self._namespace.name}"
            with self._namespace.entered(), chance.children_draw_as(name):
                self._popen = subprocess.Popen(
                    self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
                )
        except OSError as error:
            raise not_started(self._command[0], error) from error
        if self._idle:
            os.sched_setscheduler(self._popen.pid, os.SCHED_IDLE, os.sched_param(0))
        assert self._popen.stdout is not None
        assert self._popen.stderr is not None
        self._open: dict[int, IO[bytes]] = {pipe.fileno(): pipe for pipe in (self._popen.stdout, self._popen.stderr)}
        self._said = dict.fromkeys(self._open, b"")
        for fd in self._open:
            asyncio.get_running_loop().add_reader(fd, self._read, fd)
        return self

    def _read(self, fd: int) -> None:
        data = os.read(fd, 1 << 16)
        self._said[fd] += data
        if not data:
            self._close(fd)
        elif self._on_output is not None:
            self._on_output(self._said[fd].decode(errors="replace"))

    def _close(self, fd: int) -> None:
        asyncio.get_running_loop().remove_reader(fd)
        self._open.pop(fd).close()
        if not self._open:
            self._ended.set()

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        self._popen.send_signal(number)

    async def ended(self) -> Ended:
        """Once it has ended, or closed what it prints to."""
        await self._ended.wait()
        output, errors = (said.decode(errors="replace") for said in self._said.values())
        return Ended(self._popen.wait(STOP_LIMIT_S), output, errors)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for fd in list(self._open):
            self._close(fd)
        if self._popen.poll() is None:
            self._popen.kill()
        self._popen.wait(STOP_LIMIT_S)
