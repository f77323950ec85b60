"""Boot the embedded kernel, whose first process runs one job, and hand on its events.

The kernel is User-Mode Linux: an ordinary process of an ordinary user. It sees the machine's files
read-only, can change the run's folder and nothing else (`dxemu.host.confine`, and `hostfs_write`, our
patch), draws its chance from the seed (`random_seed`, our patch), and dies with the process that started it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from dxemu.errors import LabError
from dxemu.files import border
from dxemu.host import follow, guest, hold
from dxemu.host.confine import NO_WALLS, Walls, confined
from dxemu.host.follow import LabProcess
from dxemu.host.guest_mode import GuestMode
from dxemu.host.job import LAB_IMPORTS, Job, write_start
from dxemu.host.machine import memory_repair
from dxemu.host.processor import one_processor
from dxemu.host.swept import swept

# 2023-11-14 22:13:20 UTC: the guest's clock starts here in every run, or ExaBGP's whole seconds fall differently.
VIRTUAL_EPOCH_NS = 1_700_000_000_000_000_000
DEFAULT_GB = 1
MEMORY = f"{DEFAULT_GB}G"
"""What a lab may use at most; it takes what it needs. A GB more costs 17 MB, so that only large labs have it."""
INIT = "init.py"
"""In the run's folder, which is the kernel's working directory: `/proc/self/cwd` as hostfs shows it."""


_HASH_SEEDS = 2**32 - 1
"""In which order a set of names has them, such as ExaBGP's of its peers, is so no matter of how much chance this Python
and its libraries draw before. What a kernel does not know of its command line is the environment of its first process.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """How to boot. `stall_limit_s` is the wall time without a word that means it hangs (None: see `Patience`)."""

    kernel: Path
    memory_folder: Path
    virtual_clock: bool = True
    seed: int = 1
    memory: str = MEMORY
    stall_limit_s: float | None = None
    mode: GuestMode = GuestMode.PTRACE
    walls: Walls = NO_WALLS
    hostfs_write: bool = True
    """Whether the kernel itself refuses to change files outside the run's folder. With seccomp it binds no attacker."""

    def command(self, folder: Path) -> list[str]:
        """The argument list. Orders come in on 0, events go out on 1, and what is printed on 2."""
        clock = ["time-travel=inf-cpu", f"time-travel-start={VIRTUAL_EPOCH_NS}", hold.BOOT_WORD]
        return [
            str(self.kernel),
            *("root=hostfs", "rootfstype=hostfs", "rootflags=/", "ro", f"mem={self.memory}", "quiet", "norandmaps"),
            *("con=null", "con0=null,fd:2", "ssl0=fd:0,fd:1"),
            *(clock if self.virtual_clock else ()),
            *([f"hostfs_write={folder}"] if self.hostfs_write else []),
            *(["seccomp=on"] if self.mode is GuestMode.SECCOMP else []),
            *(f"random_seed={self.seed}", f"PYTHONHASHSEED={1 + self.seed % _HASH_SEEDS}"),
            *(f"init={Path(sys.executable).resolve()}", "--", *guest.PYTHON_OPTIONS, f"/proc/self/cwd/{INIT}"),
        ]

    def with_seed(self, seed: int) -> Self:
        """The same boot with another seed."""
        return replace(self, seed=seed)


@contextlib.asynccontextmanager
async def started(
    folder: Path, boot: Boot, imports: Sequence[str] = LAB_IMPORTS, made: Sequence[Path] = ()
) -> AsyncIterator[LabProcess]:
    """Boot it in `folder`: it imports and waits for a job, its clock held. Raises FileError or LabError.

    Whatever ends it, no process and no file outside `folder` is left; and nothing of `made` (see `swept`) unless it was
    given a job.
    """
    async with contextlib.AsyncExitStack() as stack:
        memory = boot.memory_folder / f"dxemu-{secrets.token_hex(8)}"
        broom = stack.enter_context(swept(folder, memory, made))
        stack.enter_context(_memory_of_a_run(memory))
        write_start(folder, imports)
        with border(folder):
            (folder / INIT).symlink_to(guest.__file__)
        bind = stack.enter_context(confined(boot.walls, folder, memory, resolves_beneath=boot.hostfs_write))
        pinned = stack.enter_context(one_processor())
        # The kernel keeps a few small files in ~/.uml while it runs.
        env = {"TMPDIR": str(memory), "HOME": str(folder), "PATH": os.defpath}
        command = [*pinned, *boot.command(folder)]
        following = follow.started(
            command, env, folder, broom, boot.stall_limit_s, bind, two_lines=True, held=boot.virtual_clock
        )
        yield await stack.enter_async_context(following)


async def run_embedded(job: Job, folder: Path, boot: Boot) -> AsyncGenerator[Mapping[str, object], None]:
    """Boot, run the job, yield its events; return when it has finished. Raises as `LabProcess.run` does."""
    async with started(folder, boot, imports=()) as lab, contextlib.aclosing(lab.run(job)) as events:
        async for event in events:
            yield event


@contextlib.contextmanager
def _memory_of_a_run(folder: Path) -> Iterator[None]:
    """A folder for one guest's memory file: the guest may write there, and nowhere else beside it."""
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        why = f"no folder for the guest's memory in {folder.parent}: {error.strerror}"
        raise LabError(why, memory_repair()) from error
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
