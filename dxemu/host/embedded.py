"""Boot the embedded kernel, run one job as its first process, and hand on its events.

The kernel is User-Mode Linux: an ordinary process of an ordinary user. It sees the machine's files
read-only, can change the run's folder and nothing else (`hostfs_write`, our patch), draws its
entropy from the seed (`random_seed`, our patch), and dies with the process that started it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from dxemu.host import guest, hold
from dxemu.host.follow import follow
from dxemu.host.job import Job
from dxemu.host.processor import one_processor

# 2023-11-14 22:13:20 UTC: the guest's clock starts here in every run, or ExaBGP's whole seconds fall differently.
VIRTUAL_EPOCH_NS = 1_700_000_000_000_000_000
INIT = "init.py"
"""In the run's folder, which is the kernel's working directory: `/proc/self/cwd` as hostfs shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """How to boot. `stall_limit_s` is the wall time without any event after which the guest is taken for hung."""

    kernel: Path
    memory_folder: Path
    virtual_clock: bool = True
    seed: int = 1
    memory: str = "1G"
    stall_limit_s: float = 60.0

    def command(self, folder: Path) -> list[str]:
        """The argument list. The kernel mixes its text into its entropy pool: nothing of a run or a checkout is in it.

        `random_seed` and `hostfs_write` are the exceptions: our patches take them out before.
        """
        clock = ["time-travel=inf-cpu", f"time-travel-start={VIRTUAL_EPOCH_NS}", hold.BOOT_WORD]
        return [
            str(self.kernel),
            *("rootfstype=hostfs", "rootflags=/", "ro", f"mem={self.memory}", "quiet", "norandmaps"),
            *("con=null", "con0=null,fd:1", "ssl0=null,fd:0"),
            # The jitter entropy self-test waits for time to pass while it computes; virtual time does not.
            *(clock if self.virtual_clock else ()),
            "initcall_blacklist=jent_mod_init",
            *(f"hostfs_write={folder}", f"random_seed={self.seed}"),
            *(f"init={Path(sys.executable).resolve()}", "--", "-I", "-S", f"/proc/self/cwd/{INIT}"),
        ]

    def with_seed(self, seed: int) -> Self:
        """The same boot with another seed."""
        return replace(self, seed=seed)


async def run_embedded(job: Job, folder: Path, boot: Boot) -> AsyncGenerator[Mapping[str, object], None]:
    """Boot, run the job, yield its events; return when it has finished. Raises as `follow` does.

    Whatever ends it, no process and no file outside `folder` is left.
    """
    job.write(folder, native=False)
    (folder / INIT).symlink_to(guest.__file__)
    # The kernel keeps a few small files in ~/.uml while it runs.
    env = {"TMPDIR": str(boot.memory_folder), "HOME": str(folder), "PATH": os.defpath}
    try:
        with one_processor() as pinned:
            events = follow([*pinned, *boot.command(folder)], env, folder, boot.stall_limit_s)
            async with contextlib.aclosing(events):
                async for event in events:
                    yield event
    finally:
        (folder / INIT).unlink(missing_ok=True)
        shutil.rmtree(folder / ".uml", ignore_errors=True)
