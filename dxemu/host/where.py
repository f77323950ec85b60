"""Where a lab process runs: inside the embedded kernel, or in namespaces of the machine's own."""

from __future__ import annotations

import platform
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from dxemu.errors import Unsupported
from dxemu.files import border
from dxemu.forms import means
from dxemu.host import embedded as embedded_kernel
from dxemu.host import kernel_store, on_host
from dxemu.host.embedded import DEFAULT_GB, MEMORY, Boot
from dxemu.host.follow import LabProcess
from dxemu.host.guest_mode import GuestMode, Wish, choose, makes_siblings
from dxemu.host.job import LAB_IMPORTS, Job
from dxemu.host.machine import architecture_problem, is_root, memory_folder
from dxemu.host.privilege import namespaces_problem, namespaces_repair
from dxemu.host.walls import offer

NEEDED = ("802.1Q", "bridge", "netem above 4 Gbps", "TCP MD5")
"""Features of `dxemu.host.proof` that every lab needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A kernel and a clock. `release` is the kernel's version, `boot` says how to start the embedded one.

    `memory_chosen`: somebody said how much memory that has.
    """

    kernel: str
    clock: str
    release: str
    stall_limit_s: float | None
    boot: Boot | None = None
    memory_chosen: bool = False

    def with_room_for(self, megabytes: int) -> Self:
        """The same with as many GB of memory as a lab of that size needs, unless somebody chose otherwise."""
        gigabytes = -(-megabytes // 1024)
        if self.boot is None or self.memory_chosen or gigabytes <= DEFAULT_GB:
            return self
        return replace(self, boot=replace(self.boot, memory=f"{gigabytes}G"))

    @property
    def guest_mode(self) -> str:
        """`ptrace` or `seccomp`; empty on the machine's own kernel."""
        return "" if self.boot is None else str(self.boot.mode)

    @property
    def confined_by(self) -> tuple[str, ...]:
        """What keeps the lab from changing anything but the run's folder."""
        if self.boot is None:
            return ()
        return (*(["hostfs_write"] if self.boot.hostfs_write else []), *self.boot.walls.names())

    def started(
        self, folder: Path, seed: int, imports: Sequence[str] = LAB_IMPORTS, made: Sequence[Path] = ()
    ) -> AbstractAsyncContextManager[LabProcess]:
        """Start a lab's process in `folder`, which imports and waits for its job. Raises LabError.

        Of `made`, the folders that were made for it, nothing is left unless it is given one.
        """
        if self.boot is None:
            return on_host.started(folder, self.stall_limit_s, imports, made)
        return embedded_kernel.started(folder, self.boot.with_seed(seed), imports, made)

    async def run(self, job: Job, folder: Path, seed: int) -> AsyncGenerator[Mapping[str, object], None]:
        """Start it and run `job`; yield its events. Raises LabError."""
        async with self.started(folder, seed, imports=()) as lab, aclosing(lab.run(job)) as events:
            async for event in events:
                yield event


def embedded(
    clock: str, stall_limit_s: float | None = None, guest: str = Wish.AUTO, memory: str | None = None
) -> Where:
    """The embedded kernel; `guest` is a `Wish`, `memory` a size (`512M`), or None for what a lab needs.

    Raises Unsupported, with the remedy, if it cannot run here.
    """
    problem = architecture_problem()
    if problem:
        raise Unsupported(problem, "dxemu doctor says more")
    with border(kernel_store.store_folder(), verb="read", otherwise="export XDG_CACHE_HOME=<a folder of yours>"):
        kernel = kernel_store.require()
    started = boot(kernel.path, kernel.version, Wish(guest))
    started = replace(started, virtual_clock=clock == "virtual", stall_limit_s=stall_limit_s, memory=memory or MEMORY)
    return Where(
        kernel="embedded",
        clock=clock,
        release=kernel.version,
        stall_limit_s=stall_limit_s,
        boot=started,
        memory_chosen=memory is not None,
    )


def boot(kernel: Path, release: str, wish: Wish = Wish.AUTO) -> Boot:
    """How this machine boots a kernel of this release. Raises Unsupported, with the remedy, if it cannot."""
    here = offer()
    mode = choose(wish, release, here)
    # hostfs_write needs openat2(2), whose arguments no filter sees. Where Landlock is missing it still stops accidents.
    alone = mode is GuestMode.SECCOMP and here.walls.landlock > 0
    walls = replace(here.walls, siblings=makes_siblings(release))
    return Boot(kernel=kernel, memory_folder=memory_folder(), mode=mode, walls=walls, hostfs_write=not alone)


def host(clock: str, stall_limit_s: float | None = None) -> Where:
    """The machine's own kernel. Raises Unsupported unless root, the clock real and the kernel able."""
    if clock == "virtual":
        raise Unsupported(
            "the virtual clock needs the embedded kernel",
            f"use {means().option('clock', 'real')} with {means().option('kernel', 'host')}",
        )
    if not is_root():
        embedded_one = means().option("kernel", "embedded")
        raise Unsupported(
            f"{means().option('kernel', 'host')} needs root", f"use sudo, or {embedded_one}, which needs none"
        )
    from dxemu.host.proof_apart import prove_here  # the embedded kernel starts without what this imports

    forbidden = namespaces_problem()
    if forbidden:
        raise Unsupported(forbidden, namespaces_repair())
    lacking = [str(line["feature"]) for line in prove_here(NEEDED) if not line["works"]]
    if lacking:
        raise Unsupported(
            f"Linux {platform.release()} of this machine lacks {', '.join(lacking)}",
            f"dxemu doctor says what could be loaded; {means().option('kernel', 'embedded')} has it all",
        )
    return Where(kernel="host", clock=clock, release=platform.release(), stall_limit_s=stall_limit_s)
