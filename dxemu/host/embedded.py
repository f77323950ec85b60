"""Boot the embedded kernel, run one job as its first process, and hand on its events.

The kernel is User-Mode Linux: an ordinary process of an ordinary user. It sees the machine's files
read-only, can change the run's folder and nothing else (`hostfs_write`, our patch), draws its
entropy from the seed (`random_seed`, our patch), and dies with the process that started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dxemu.errors import GuestError, LabError
from dxemu.host import guest
from dxemu.host.job import Job

# 2023-11-14 22:13:20 UTC: the guest's clock starts here in every run, or ExaBGP's whole seconds fall differently.
VIRTUAL_EPOCH_NS = 1_700_000_000_000_000_000
CONSOLE_TAIL_LINES = 12
MAX_EVENT_BYTES = 1 << 24
REAP_LIMIT_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """How to boot. `stall_limit_s` is the wall time without any event after which the guest is taken for hung."""

    kernel: Path
    memory_folder: Path
    virtual_clock: bool = True
    seed: int = 1
    memory: str = "1G"
    stall_limit_s: float = 60.0

    def command(self, folder: Path, channel_fd: int) -> list[str]:
        """The argument list. Its order and text are mixed into the guest's entropy pool: no path of a run in it."""
        clock = ["time-travel=inf-cpu", f"time-travel-start={VIRTUAL_EPOCH_NS}"] if self.virtual_clock else []
        python = [f"init={Path(sys.executable).resolve()}", "--", "-I", "-S", guest.__file__]
        return [
            str(self.kernel),
            *("rootfstype=hostfs", "rootflags=/", "ro", f"mem={self.memory}", "quiet", "norandmaps"),
            *("con=null", "con0=null,fd:1", f"ssl0=null,fd:{channel_fd}"),
            # The jitter entropy self-test waits for time to pass while it computes; virtual time does not.
            *clock,
            "initcall_blacklist=jent_mod_init",
            *(f"uml_dir={folder / '.uml'}", f"hostfs_write={folder}", f"random_seed={self.seed}"),
            *python,
        ]


async def run_embedded(job: Job, folder: Path, boot: Boot) -> AsyncIterator[Mapping[str, object]]:
    """Boot, run the job, yield its events; return when it has finished.

    Raises GuestError if the guest crashes or hangs, LabError if the job says that it failed.
    Whatever ends it, no process and no file outside `folder` is left.
    """
    job.write(folder, native=False)
    uml_folder = folder / ".uml"
    uml_folder.mkdir(exist_ok=True)
    ours, theirs = socket.socketpair()
    console = (folder / "console.log").open("wb")
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(shutil.rmtree, uml_folder, ignore_errors=True)
        stack.callback(Job.remove, folder)
        stack.enter_context(console)
        stack.enter_context(ours)
        with theirs:
            command = boot.command(folder, theirs.fileno())
            process = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "KILL", *command),
                cwd=folder,
                env={"TMPDIR": str(boot.memory_folder), "HOME": str(folder), "PATH": os.defpath},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
            stack.push_async_callback(_end, process)
        reader, writer = await asyncio.open_connection(sock=ours, limit=MAX_EVENT_BYTES)
        stack.callback(writer.close)
        async for event in events(reader, boot.stall_limit_s, lambda: _tail(folder)):
            yield event


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the kernel and every process of its session, which was made for it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await asyncio.wait_for(process.wait(), REAP_LIMIT_S)


def _tail(folder: Path) -> str:
    """The end of the console."""
    text = (folder / "console.log").read_text(encoding="utf-8", errors="replace")
    return "\n".join(text.splitlines()[-CONSOLE_TAIL_LINES:])


async def events(
    reader: asyncio.StreamReader, stall_limit_s: float, console: Callable[[], str]
) -> AsyncIterator[Mapping[str, object]]:
    """The events of a lab process until `finished`. Raises as `run_embedded` says."""
    while True:
        try:
            line = await asyncio.wait_for(reader.readline(), stall_limit_s)
        except TimeoutError:
            raise GuestError(
                f"the lab said nothing for {stall_limit_s:g} s of wall time and was ended",
                "a busy machine needs a longer --stall-limit; otherwise please report it with console.log",
                console(),
            ) from None
        if not line:
            raise GuestError(
                "the lab process died before the run was over", "the console's end tells why", console()
            )
        event = json.loads(line)
        if event["event"] == "finished":
            return
        if event["event"] == "failed":
            if event["kind"] == "bug":
                raise GuestError(f"the lab process failed: {event['problem']}", "please report it", console())
            raise LabError(event["problem"], event["remedy"])
        yield event
