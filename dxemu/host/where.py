"""Where a lab process runs: inside the embedded kernel, or in namespaces of the machine's own."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dxemu.errors import Unsupported
from dxemu.files import border
from dxemu.host import kernel_store
from dxemu.host.embedded import MEMORY, Boot, run_embedded
from dxemu.host.job import Job
from dxemu.host.machine import architecture_problem, is_root, memory_folder, ptrace_problem
from dxemu.host.on_host import run_on_host
from dxemu.host.proof import prove

NEEDED = ("802.1Q", "bridge", "netem above 4 Gbps", "TCP MD5")
"""Features of `dxemu.host.proof` that every lab needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A kernel and a clock. `release` is the kernel's version, `boot` says how to start the embedded one."""

    kernel: str
    clock: str
    release: str
    stall_limit_s: float | None
    boot: Boot | None = None

    def run(self, job: Job, folder: Path, seed: int) -> AsyncGenerator[Mapping[str, object], None]:
        """Run `job`; yield its events. Raises LabError."""
        if self.boot is None:
            return run_on_host(job, folder, self.stall_limit_s)
        return run_embedded(job, folder, self.boot.with_seed(seed))


def embedded(clock: str, stall_limit_s: float | None = None, memory: str = MEMORY) -> Where:
    """The embedded kernel, with so much memory (`512M`). Raises Unsupported, with the remedy, if it cannot run here."""
    for problem in (architecture_problem(), ptrace_problem()):
        if problem:
            raise Unsupported(problem, "dxemu doctor says more")
    with border(kernel_store.store_folder(), verb="read", otherwise="export XDG_CACHE_HOME=<a folder of yours>"):
        kernel = kernel_store.require()
    boot = Boot(
        kernel=kernel.path,
        memory_folder=memory_folder(),
        virtual_clock=clock == "virtual",
        stall_limit_s=stall_limit_s,
        memory=memory,
    )
    return Where(kernel="embedded", clock=clock, release=kernel.version, stall_limit_s=stall_limit_s, boot=boot)


def host(clock: str, stall_limit_s: float | None = None) -> Where:
    """The machine's own kernel. Raises Unsupported unless root, the clock real and the kernel able."""
    if clock == "virtual":
        raise Unsupported("the virtual clock needs the embedded kernel", "use --clock real with --kernel host")
    if not is_root():
        raise Unsupported("--kernel host needs root", "use sudo, or --kernel embedded, which needs none")
    lacking = [feature for feature in asyncio.run(prove(NEEDED)).values() if not feature.ok]
    if lacking:
        raise Unsupported(
            f"Linux {platform.release()} of this machine lacks {', '.join(feature.name for feature in lacking)}",
            "dxemu doctor says what could be loaded; --kernel embedded has it all",
        )
    return Where(kernel="host", clock=clock, release=platform.release(), stall_limit_s=stall_limit_s)
