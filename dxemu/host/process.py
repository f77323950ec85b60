"""Programs started inside a namespace, followed line by line, and ended by their pid."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import errno
import os
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence

from dxemu.errors import LabError
from dxemu.host import chance
from dxemu.netlink.namespace import Namespace

STOP_LIMIT_S = 2.0
KEPT_LINES = 20
_CLONE_NEWPID = 0x20000000
_libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def _numbered_from_one() -> Iterator[None]:
    """The next process that is started meanwhile has the number 1 in a process namespace of its own.

    charon draws its jitter from the time and its process number, which would count what ran before. Raises LabError.
    """
    home = os.open("/proc/self/ns/pid", os.O_RDONLY)
    try:
        if _libc.unshare(_CLONE_NEWPID):
            raise LabError(f"make a process namespace: {os.strerror(ctypes.get_errno())}")
        try:
            yield
        finally:
            _libc.setns(home, _CLONE_NEWPID)
    finally:
        os.close(home)


def not_started(program: str, error: OSError) -> LabError:
    """The error for a program that could not be started. Raises `error` itself if it is not about the program."""
    if error.filename != program:
        raise error
    if error.errno == errno.ENOENT:
        return LabError(f"{program} is not installed", "run scripts/setup")
    why = os.strerror(error.errno or 0)
    return LabError(f"{program} cannot be executed: {why}", "install its package again, or see who has changed it")


class Process:
    """One running program. What it prints on stderr goes to `on_line`, and its end is kept for errors."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        namespace: Namespace,
        on_line: Callable[[str], None],
        on_death: Callable[[LabError], None],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start it, with this environment or our own.

        `on_death` hears if it ends before `stop`. Raises LabError if the program cannot be executed.
        """
        self.name = name
        self.last_lines: deque[str] = deque(maxlen=KEPT_LINES)
        self._on_line = on_line
        self._on_death = on_death
        self._rest = b""
        try:
            with namespace.entered(), _numbered_from_one(), chance.children_draw_as(name):
                self._popen = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env=environment,
                )
        except OSError as error:
            raise not_started(command[0], error) from error
        assert self._popen.stderr is not None
        self._fd = self._popen.stderr.fileno()
        os.set_blocking(self._fd, False)
        asyncio.get_running_loop().add_reader(self._fd, self._read)

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._popen.pid

    def _read(self) -> None:
        data = os.read(self._fd, 1 << 16)
        if not data:
            asyncio.get_running_loop().remove_reader(self._fd)
            said = "\n".join(self.last_lines) or "nothing"
            self._on_death(LabError(f"{self.name} died. It said: {said}"))
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for raw in lines:
            line = raw.decode(errors="replace")
            self.last_lines.append(line)
            self._on_line(line)

    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._popen.poll() is None

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._popen.send_signal(number)

    def stop(self) -> None:
        """End it: SIGTERM, and SIGKILL if that does not help."""
        asyncio.get_running_loop().remove_reader(self._fd)
        if self.running():
            self._popen.terminate()
        try:
            self._popen.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._popen.kill()
            self._popen.wait(STOP_LIMIT_S)
        if self._popen.stderr is not None:
            self._popen.stderr.close()
