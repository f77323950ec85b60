"""Start the process that a lab runs in, give it its job, hand on its events, and end it whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

from dxemu.errors import GuestError, LabError
from dxemu.files import border
from dxemu.forms import means
from dxemu.host.channel import NUMBER
from dxemu.host.death import cause
from dxemu.host.guest import BOOTED
from dxemu.host.idle import until_idle
from dxemu.host.job import Job
from dxemu.host.patience import Patience
from dxemu.host.process import not_started
from dxemu.host.swept import Broom

CONSOLE = "console.log"
CONSOLE_TAIL_LINES = 12
MAX_EVENT_BYTES = 1 << 24
LONGEST_LINE = 4000
"""Bytes of an order."""
REAP_LIMIT_S = 5.0
LAST_WORDS_S = 0.2
_STACK = re.compile(r"^\[ *[0-9.]+\] Stack:$", re.MULTILINE)


class LabProcess:
    """A lab's process that was started, and waits for its job. What it prints goes to `console.log` in its folder."""

    def __init__(
        self,
        folder: Path,
        process: asyncio.subprocess.Process,
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        patience: Patience,
        memory_folder: Path | None,
        broom: Broom,
        says: socket.socket | None,
        held: bool,
    ) -> None:
        self._folder = folder
        self._memory_folder = memory_folder
        self._broom = broom
        self._process = process
        self._reader, self._writer = streams
        self._patience = patience
        self._asked = asyncio.Event()
        self._says = says
        self._held = held

    async def run(self, job: Job) -> AsyncGenerator[Mapping[str, object], None]:
        """Hand `job` over as soon as the process has booted; yield its events until it has finished.

        What it answers to orders comes in between (`dxemu.host.channel.ANSWER`).

        Raises GuestError if it crashes or says nothing for as long as its `Patience` lasts, LabError if the job says
        that it failed, and FileError or LabError if the machine is at fault, as far as can be known.
        """
        self._broom.keep()
        dead = asyncio.ensure_future(self._process.wait())
        try:
            async for event in _events(self._reader, dead, self._patience, self._asked, self._folder):
                if event.get("event") == BOOTED:  # not before: its end of the channel would still echo
                    if self._held:
                        self._note(await until_idle(self.pid, dead, self._patience.limit_s))
                    self._have_it_block()
                    job.write(self._folder)
                    self.tell({"target": job.target, "folders": job.folders})
                else:
                    yield event
        except LabError as error:
            status = dead.result() if dead.done() else None
            raise cause(self._folder, self._memory_folder, status, _console(self._folder)) or error from error
        finally:
            dead.cancel()

    def _note(self, words: str) -> None:
        """Put it, if it is anything, to what the process prints: the run goes on, and nobody else would say so."""
        if words:
            with border(self._folder), (self._folder / CONSOLE).open("a", encoding="utf-8") as console:
                console.write(f"dxemu: {words}\n")

    def leave_folder(self) -> None:
        """The folder is to stay when this process ends, although it was given no job: another one starts there."""
        self._broom.keep()

    def _have_it_block(self) -> None:
        """The embedded kernel opened its line as one that does not block, and did not hear when there was room again.

        One that blocks stops the whole guest, so that its virtual clock does not move while we are slow to read.
        """
        if self._says is not None:
            os.set_blocking(self._says.fileno(), True)  # of what is open, which the kernel has, too
            self._says.close()

    @property
    def pid(self) -> int:
        """Its number, and its session's, which was made for it."""
        return self._process.pid

    def tell(self, order: Mapping[str, object]) -> None:
        """Send an order (`Channel.receive`), of at most `LONGEST_LINE`: so much the guest's line takes at once.

        Nobody hears it if the process has died; `run` says so. Only what has a `NUMBER` is answered.
        """
        if NUMBER in order:
            self._patience.asked(order[NUMBER])
            self._asked.set()
        self._writer.write(json.dumps(order).encode() + b"\n")


@contextlib.asynccontextmanager
async def started(
    command: Sequence[str],
    env: Mapping[str, str],
    folder: Path,
    broom: Broom,
    stall_limit_s: float | None = None,
    bind: Callable[[], None] | None = None,
    end_limit_s: float = 0.0,
    two_lines: bool = False,
    held: bool = False,
) -> AsyncIterator[LabProcess]:
    """Start `command` in `folder`, where it finds what it needs to start.

    Its standard input is the channel, which it reads and writes; with `two_lines` it writes to its standard output, and
    prints to its standard error only. With `held` it is an embedded kernel whose clock is held until it has a job.

    It dies with this process (`setpriv --pdeathsig`), and when the context ends: the channel is closed first, and it
    has `end_limit_s` to end by itself. `bind` is called in the child before it becomes the command
    (`dxemu.host.confine`). Raises FileError or LabError.
    """
    ours, theirs = socket.socketpair()
    heard, says = socket.socketpair() if two_lines else (ours, None)
    patience = Patience(stall_limit_s)
    async with contextlib.AsyncExitStack() as stack:
        with border(folder):
            (folder / CONSOLE).write_bytes(b"")
            console = stack.enter_context((folder / CONSOLE).open("ab"))  # others may have something to say, too
        for end in (ours, heard, *([says] if says else [])):
            stack.enter_context(end)
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *("setpriv", "--pdeathsig", "KILL", *command),
                    cwd=folder,
                    env=dict(env),
                    stdin=theirs.fileno(),
                    stdout=console if says is None else says.fileno(),
                    stderr=console,
                    start_new_session=True,
                    preexec_fn=bind,
                )
            except subprocess.SubprocessError as error:
                raise LabError(f"the lab's process could not be confined: {error}", "dxemu doctor says more") from None
            except OSError as error:
                raise not_started("setpriv", error) from error
            stack.push_async_callback(_end, process, end_limit_s)
        reader, writer = await asyncio.open_connection(sock=ours, limit=MAX_EVENT_BYTES)
        stack.callback(writer.close)
        if heard is not ours:
            reader, other = await asyncio.open_connection(sock=heard, limit=MAX_EVENT_BYTES)
            stack.callback(other.close)
        # That of the run is gone once its memory is open; the one around it is on the same disk.
        memory_folder = Path(env["TMPDIR"]).parent if "TMPDIR" in env else None
        yield LabProcess(folder, process, (reader, writer), patience, memory_folder, broom, says, held)


async def _end(process: asyncio.subprocess.Process, limit_s: float) -> None:
    """End the process and every other of its session, which was made for it; after `limit_s`, if it does not end."""
    if limit_s:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), limit_s)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(TimeoutError):  # it is being killed: a busy machine may take a moment to say so
        await asyncio.wait_for(process.wait(), REAP_LIMIT_S)


def _console_tail(folder: Path) -> str:
    """The end of what the kernel and the lab process printed, without the stack of a panic: its cause stands before."""
    return "\n".join(_STACK.split(_console(folder))[0].splitlines()[-CONSOLE_TAIL_LINES:])


def _console(folder: Path) -> str:
    """What they printed; empty if somebody has removed it."""
    try:
        return (folder / CONSOLE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


async def _readline(reader: asyncio.StreamReader) -> bytes:
    """The next line; empty at the end, also of a channel whose other end has died with an order unread."""
    try:
        return await reader.readline()
    except ConnectionError:
        return b""


async def _line(
    reader: asyncio.StreamReader, dead: asyncio.Future[int], patience: Patience, asked: asyncio.Event
) -> bytes:
    """The next line; empty if the process has died. A child of it may live on and hold the channel open.

    Raises TimeoutError.
    """
    reading = asyncio.ensure_future(_readline(reader))
    either: set[asyncio.Future[Any]] = {reading, dead}  # Any: a line, or an exit status
    try:
        if math.isinf(patience.limit_s):
            await _asked(either, asked)
        if not (reading.done() or dead.done()):
            await asyncio.wait(either, timeout=patience.limit_s, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done() and dead.done():  # what it said last may still be on the way
            await asyncio.wait({reading}, timeout=LAST_WORDS_S)
            return reading.result() if reading.done() else b""
        if not reading.done():
            raise TimeoutError
        return reading.result()
    finally:
        reading.cancel()


async def _asked(either: AbstractSet[asyncio.Future[Any]], asked: asyncio.Event) -> None:  # Any: as in `_line`
    """Return when one of `either` is done, or the lab was given an order, from when on it may be late."""
    asking = asyncio.ensure_future(asked.wait())
    try:
        await asyncio.wait({*either, asking}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        asking.cancel()


async def _events(
    reader: asyncio.StreamReader, dead: asyncio.Future[int], patience: Patience, asked: asyncio.Event, folder: Path
) -> AsyncGenerator[Mapping[str, object], None]:
    while True:
        try:
            line = await _line(reader, dead, patience, asked)
        except TimeoutError:
            raise GuestError(
                patience.lost(),
                means().patience,
                _console_tail(folder),
            ) from None
        if not line:
            raise GuestError(
                "the lab died before the run was over", "please report it with console.log", _console_tail(folder)
            )
        event = json.loads(line)
        asked.clear()
        patience.hear(event)
        kind = event.get("event")
        if kind == "finished":
            return
        if kind == "failed" and event["kind"] == "bug":
            raise GuestError(
                f"the lab failed: {event['problem']}", "please report it with console.log", _console_tail(folder)
            )
        if kind == "failed":
            raise LabError(event["problem"], event["remedy"])
        yield event
