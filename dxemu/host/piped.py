"""A program inside a namespace with three pipes: what it prints is heard as it comes, what it reads may come later."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from dxemu.host.execute import ended_session, popened
from dxemu.netlink.namespace import Namespace

AT_ONCE = 8192
"""Bytes that are read from it at once."""
OUTPUT, ERRORS = 1, 2
"""Its streams, by the numbers that programs know."""


class Piped:
    """A program with pipes. What it prints is given to `say`, a part at a time: the next one after `go_on`.

    `taken` is called when what was written has been read, `over` with its exit status (negative: the signal that ended
    it) when it has ended and all was said. A context is ended by `close`, and the program and its session with it.
    """

    def __init__(
        self,
        namespace: Namespace,
        command: Sequence[str],
        say: Callable[[int, bytes], None],
        taken: Callable[[], None],
        over: Callable[[int], None],
    ) -> None:
        self._namespace = namespace
        self._command = command
        self._say = say
        self._taken = taken
        self._over = over
        self._stack = ExitStack()
        self._to_write = b""
        self._last = False

    def open(self) -> None:
        """Start it. Raises LabError."""
        with ExitStack() as stack:
            program = popened(self._command, self._namespace, subprocess.PIPE)
            stack.enter_context(contextlib.suppress(BrokenPipeError))
            stack.enter_context(program)
            stack.callback(ended_session, program)
            assert program.stdin is not None
            assert program.stdout is not None
            assert program.stderr is not None
            self._program = program
            self._stdin = program.stdin.fileno()
            os.set_blocking(self._stdin, False)
            self._said = {program.stdout.fileno(): OUTPUT, program.stderr.fileno(): ERRORS}
            loop = asyncio.get_running_loop()
            pid = os.pidfd_open(program.pid)
            stack.callback(os.close, pid)
            loop.add_reader(pid, self._ended, pid)
            for fd in (pid, *self._said):
                stack.callback(loop.remove_reader, fd)
            stack.callback(loop.remove_writer, self._stdin)
            self.go_on()
            self._stack = stack.pop_all()

    def write(self, data: bytes) -> None:
        """What it is to read. The next part comes once this is `taken`."""
        self._to_write += data
        self._write()

    def end_input(self) -> None:
        """Nothing comes for it to read after what was written."""
        self._last = True
        if not self._to_write:
            self._close_input()

    def _close_input(self) -> None:
        assert self._program.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._program.stdin.close()

    def signal(self, number: int) -> None:
        """Send it this signal, and all that it has started in its session's first group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._program.pid, number)

    def go_on(self) -> None:
        """Give the next part of what is printed, when there is one."""
        for fd in self._said:
            asyncio.get_running_loop().add_reader(fd, self._read, fd)

    def close(self) -> None:
        """End it, if it has not ended."""
        self._stack.close()

    def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._to_write = self._to_write[os.write(self._stdin, self._to_write) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:  # it reads no more: what comes is lost, as in any pipe
            self._to_write = b""
        if self._to_write:
            loop.add_writer(self._stdin, self._write)
        else:
            loop.remove_writer(self._stdin)
            self._taken()
            if self._last:
                self._close_input()

    def _read(self, fd: int) -> None:
        loop = asyncio.get_running_loop()
        for other in self._said:
            loop.remove_reader(other)
        data = os.read(fd, AT_ONCE)
        if data:
            self._say(self._said[fd], data)
            return
        del self._said[fd]
        if self._said:
            self.go_on()
        else:
            self._over_if_all()

    def _ended(self, pid: int) -> None:
        """What it left behind in its session would hold the pipes open."""
        asyncio.get_running_loop().remove_reader(pid)
        ended_session(self._program)
        self._over_if_all()

    def _over_if_all(self) -> None:
        status = self._program.poll()
        if status is not None and not self._said:
            self._over(status)
