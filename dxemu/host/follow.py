"""Start the process that a lab runs in, hand on its events, and end it whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dxemu.errors import GuestError, LabError
from dxemu.files import border
from dxemu.host.death import cause
from dxemu.host.job import Job
from dxemu.host.patience import Patience
from dxemu.host.process import not_started

CONSOLE_TAIL_LINES = 12
MAX_EVENT_BYTES = 1 << 24
REAP_LIMIT_S = 5.0
LAST_WORDS_S = 0.2
_STACK = re.compile(r"^\[ *[0-9.]+\] Stack:$", re.MULTILINE)


async def follow(
    command: Sequence[str],
    env: Mapping[str, str],
    folder: Path,
    stall_limit_s: float | None = None,
    bind: Callable[[], None] | None = None,
    end_limit_s: float = 0.0,
) -> AsyncGenerator[Mapping[str, object], None]:
    """Start `command` in `folder`, where its job was written; yield its events until the job has finished.

    The first is `booted`. Its standard input is the channel, which it writes to. The process dies with this one
    (`setpriv --pdeathsig`), and when the generator is closed: the channel is closed first, and it has `end_limit_s` to
    end by itself. What it prints goes to `console.log`. `bind` is called in the child before it becomes the command
    (`dxemu.host.confine`).

    Raises GuestError if it crashes or says nothing for `stall_limit_s` of wall time (None: see `Patience`), LabError
    if the job says that it failed, and FileError or LabError if the machine is at fault, as far as can be known.
    """
    ours, theirs = socket.socketpair()
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(Job.remove, folder)
        with border(folder):
            console = stack.enter_context((folder / "console.log").open("wb"))
        stack.enter_context(ours)
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    *("setpriv", "--pdeathsig", "KILL", *command),
                    cwd=folder,
                    env=dict(env),
                    stdin=theirs.fileno(),
                    stdout=console,
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
        dead = asyncio.ensure_future(process.wait())
        stack.callback(dead.cancel)
        try:
            async for event in _events(reader, dead, Patience(stall_limit_s), folder):
                yield event
        except LabError as error:
            # That of the run is gone once its memory is open; the one around it is on the same disk.
            memory_folder = Path(env["TMPDIR"]).parent if "TMPDIR" in env else None
            status = dead.result() if dead.done() else None
            raise cause(folder, memory_folder, status, _console(folder)) or error from error


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
        return (folder / "console.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


async def _line(reader: asyncio.StreamReader, dead: asyncio.Future[int], limit_s: float) -> bytes:
    """The next line; empty if the process has died. A child of it may live on and hold the channel open.

    Raises TimeoutError.
    """
    reading = asyncio.ensure_future(reader.readline())
    either: set[asyncio.Future[Any]] = {reading, dead}  # Any: a line, or an exit status
    try:
        await asyncio.wait(either, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        if not reading.done() and dead.done():  # what it said last may still be on the way
            await asyncio.wait({reading}, timeout=LAST_WORDS_S)
            return reading.result() if reading.done() else b""
        if not reading.done():
            raise TimeoutError
        return reading.result()
    finally:
        reading.cancel()


async def _events(
    reader: asyncio.StreamReader, dead: asyncio.Future[int], patience: Patience, folder: Path
) -> AsyncGenerator[Mapping[str, object], None]:
    while True:
        try:
            line = await _line(reader, dead, patience.limit_s)
        except TimeoutError:
            raise GuestError(
                patience.lost(),
                "a very busy machine needs a longer --stall-limit; otherwise please report it with console.log",
                _console_tail(folder),
            ) from None
        if not line:
            raise GuestError(
                "the lab died before the run was over", "please report it with console.log", _console_tail(folder)
            )
        event = json.loads(line)
        patience.hear(event)
        if event["event"] == "finished":
            return
        if event["event"] == "failed" and event["kind"] == "bug":
            raise GuestError(
                f"the lab failed: {event['problem']}", "please report it with console.log", _console_tail(folder)
            )
        if event["event"] == "failed":
            raise LabError(event["problem"], event["remedy"])
        yield event
