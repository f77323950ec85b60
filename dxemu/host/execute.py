"""A program that somebody wants to run inside a namespace, for so long and to print so much at most."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from dxemu.errors import LabError
from dxemu.netlink.namespace import Namespace

AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What it printed, and its exit status (negative: the signal that ended it).

    `in_time`: it ended before its deadline. `cut`: it printed more than is kept.
    """

    status: int
    output: str
    errors: str
    in_time: bool
    cut: bool


async def execute(
    command: Sequence[str],
    namespace: Namespace,
    deadline: Callable[[], Coroutine[object, object, None]],
    most_bytes: int,
    typed: bytes = b"",
) -> Executed:
    """Run it until it ends, or `deadline` returns; then it is killed, with what it has started. Keeps the beginnings.

    `typed` is what it can read. Raises LabError if it cannot be executed.
    """
    with ExitStack() as stack:
        program = popened(command, namespace, _to_read(typed, stack) if typed else subprocess.DEVNULL)
        stack.enter_context(program)  # waits for it and closes its pipes
        stack.callback(ended_session, program)
        assert program.stdout is not None
        assert program.stderr is not None
        said = [_Said(pipe.fileno(), most_bytes, stack) for pipe in (program.stdout, program.stderr)]
        pid = os.pidfd_open(program.pid)
        stack.callback(os.close, pid)
        ended = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(pid, _finish, pid, ended)
        stack.callback(asyncio.get_running_loop().remove_reader, pid)
        late = asyncio.create_task(deadline())
        stack.callback(late.cancel)
        await asyncio.wait({ended, late}, return_when=asyncio.FIRST_COMPLETED)
        in_time = ended.done()
        ended_session(program)
        await asyncio.gather(*(one.whole for one in said))  # nobody is left who could hold the pipes open
        output, errors = (one.text for one in said)
        return Executed(
            status=program.wait(), output=output, errors=errors, in_time=in_time, cut=any(one.cut for one in said)
        )


def popened(command: Sequence[str], namespace: Namespace, stdin: int) -> subprocess.Popen[bytes]:
    """A program in a namespace, with pipes for what it prints and a session of its own. Raises LabError."""
    try:
        with namespace.entered():
            return subprocess.Popen(
                command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
            )
    except OSError as error:
        if error.filename != command[0]:
            raise
        problem = f"{command[0]} cannot be executed: {os.strerror(error.errno or 0)}"
        raise LabError(problem, "A node has this machine's programs: install it here.") from error


def _to_read(typed: bytes, stack: ExitStack) -> int:
    """A file in memory that has it: a pipe would have to be written while it runs."""
    fd = os.memfd_create("typed")
    stack.callback(os.close, fd)
    while typed:
        typed = typed[os.write(fd, typed) :]
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


class _Said:
    """What comes out of one pipe: its beginning."""

    def __init__(self, fd: int, most_bytes: int, stack: ExitStack) -> None:
        self._fd = fd
        self._most = most_bytes
        self._kept = b""
        self.cut = False
        self.whole = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(fd, self._read)
        stack.callback(asyncio.get_running_loop().remove_reader, fd)

    @property
    def text(self) -> str:
        return self._kept.decode(errors="replace")

    def _read(self) -> None:
        data = os.read(self._fd, AT_ONCE)
        if not data:
            asyncio.get_running_loop().remove_reader(self._fd)
            self.whole.set_result(None)
            return
        room = self._most - len(self._kept)
        self.cut = self.cut or len(data) > room
        self._kept += data[:room]


def ended_session(program: subprocess.Popen[bytes]) -> None:
    """Kill it and all that it started in its session: whatever it left behind would hold the pipes open."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)


def _finish(pid: int, ended: asyncio.Future[None]) -> None:
    """Once: it stays readable, and while the loop turned about it nobody else in the lab would get the processor."""
    asyncio.get_running_loop().remove_reader(pid)
    if not ended.done():
        ended.set_result(None)
