"""In the guest: the lab process as it would be after a change that has nothing to do with the lab.

Another Python, a plug-in, one more line: it looks at the clock more often, fails more system calls, starts processes,
draws random bytes and imports more than ours, at several places of a run's start.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from dxemu.host.channel import Channel
from dxemu.host.job import Job
from dxemu.host.where import Where
from dxemu.lab.lab import Lab
from dxemu.run import lab_process
from dxemu.run.job import RunJob

TARGET = "tests.lab.clock_reads:main"
MORE_IMPORTS = ("decimal", "xml.dom.minidom", "email.message")


class Looking(Where):
    """A place where each run looks at the clock `reads` times more, at each of several places."""

    reads: int

    @classmethod
    def at(cls, place: Where, reads: int) -> Looking:
        """As `place` otherwise."""
        looking = cls(
            kernel=place.kernel,
            clock=place.clock,
            release=place.release,
            stall_limit_s=place.stall_limit_s,
            boot=place.boot,
        )
        object.__setattr__(looking, "reads", reads)
        return looking

    def run(self, job: Job, folder: Path, seed: int) -> Any:
        return Where.run(self, replace(job, target=TARGET, payload=(job.payload, self.reads)), folder, seed)


def look(reads: int) -> None:
    """What costs virtual time, process numbers and draws of chance."""
    for _ in range(reads):
        time.monotonic_ns()
    for _ in range(reads // 40):
        with suppress(OSError):
            os.stat("/run/is-not-there")
    os.urandom(reads // 4)
    for _ in range(min(reads // 20, 5)):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)


def looking(before: Callable[..., Any], reads: int) -> Callable[..., Any]:
    """The same function, after a look."""

    def do(*arguments: Any, **named: Any) -> Any:
        look(reads)
        return before(*arguments, **named)

    return do


def get_ready(payload: tuple[RunJob, int]) -> None:
    """As the lab process does."""
    lab_process.get_ready(payload[0])


def main(payload: tuple[RunJob, int], channel: Channel, folder: str) -> None:
    """The target of the job."""
    job, reads = payload
    if reads:
        for name in MORE_IMPORTS:
            importlib.import_module(name)
        look(reads)  # before the lab is built
        Lab.built = looking(Lab.built, reads)  # type: ignore[method-assign]  # at its start
        Lab.converged = looking(Lab.converged, reads)  # type: ignore[method-assign]  # when it is built
        lab_process._phase = looking(lab_process._phase, reads)  # before the run starts
    lab_process.main(job, channel, folder)
