"""A terminal inside a namespace: a pseudo-terminal (pty(7)) and the program that has it."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import os
import signal
import struct
import subprocess
import termios
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from dxemu.errors import LabError
from dxemu.netlink.namespace import Namespace

AT_ONCE = 2048
"""Bytes that are read from it at once."""
_MOST_BEFORE = 1 << 16


class Terminal:
    """A program with a terminal. What it prints is given to `say`, a part at a time: the next one after `go_on`.

    `over` hears its exit status (negative: the signal that ended it). A context manager; with it the program ends, and
    what it has started in its session.
    """

    def __init__(
        self,
        namespace: Namespace,
        command: Sequence[str],
        environment: dict[str, str],
        say: Callable[[bytes], None],
        over: Callable[[int], None],
    ) -> None:
        self._namespace = namespace
        self._command = command
        self._environment = environment
        self._say = say
        self._over = over
        self._stack = ExitStack()
        self._to_write = b""

    def open(self, rows: int, columns: int) -> None:
        """Start it. Raises LabError."""
        with ExitStack() as stack:
            self._fd, theirs = _pair()
            stack.callback(os.close, self._fd)
            try:
                self.resize(rows, columns)
                with self._namespace.entered():
                    program = subprocess.Popen(
                        self._command,
                        stdin=theirs,
                        stdout=theirs,
                        stderr=theirs,
                        env=self._environment,
                        start_new_session=True,
                        preexec_fn=_take_terminal,
                    )
            except OSError as error:
                raise LabError(f"{self._command[0]} cannot be executed: {os.strerror(error.errno or 0)}") from error
            finally:
                os.close(theirs)
            stack.enter_context(program)
            stack.callback(self._kill, program)
            os.set_blocking(self._fd, False)
            self._program = program
            self.go_on()
            stack.callback(asyncio.get_running_loop().remove_reader, self._fd)
            stack.callback(asyncio.get_running_loop().remove_writer, self._fd)
            self._stack = stack.pop_all()

    def write(self, data: bytes) -> None:
        """What somebody types."""
        self._to_write = (self._to_write + data)[:_MOST_BEFORE]
        self._write()

    def _write(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._to_write = self._to_write[os.write(self._fd, self._to_write) :]
        loop = asyncio.get_running_loop()
        if self._to_write:
            loop.add_writer(self._fd, self._write)
        else:
            loop.remove_writer(self._fd)

    def resize(self, rows: int, columns: int) -> None:
        """It has so many rows and columns; programs are told by SIGWINCH."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def go_on(self) -> None:
        """Give the next part of what is printed, when there is one."""
        asyncio.get_running_loop().add_reader(self._fd, self._read)

    def _read(self) -> None:
        asyncio.get_running_loop().remove_reader(self._fd)
        try:
            data = os.read(self._fd, AT_ONCE)
        except OSError:  # EIO: the last one that had it has closed it
            data = b""
        if data:
            self._say(data)
            return
        self._kill(self._program)
        self._over(self._program.wait())

    def close(self) -> None:
        """End it, if it has not ended."""
        self._stack.close()

    @staticmethod
    def _kill(program: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGHUP)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)


def _take_terminal() -> None:
    """In the child, the leader of a new session: what it reads from is its terminal."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _pair() -> tuple[int, int]:
    """Both ends of a new one; where nobody has mounted their file system, it is mounted. Raises LabError."""
    try:
        return os.openpty()
    except OSError:
        os.makedirs("/dev/pts", exist_ok=True)  # noqa: PTH103 - pathlib costs time in the guest
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"devpts", b"/dev/pts", b"devpts", 0, b"ptmxmode=0666"):
            reason = os.strerror(ctypes.get_errno())
            raise LabError(
                f"there are no terminals in this kernel: {reason}", "Build a newer one: dxemu kernel build."
            ) from None
    try:
        return os.openpty()
    except OSError as error:
        raise LabError(f"no terminal can be had: {os.strerror(error.errno or 0)}") from error
