"""The probes of a run, each kind by its own runner."""

from __future__ import annotations

from contextlib import AsyncExitStack
from itertools import groupby
from operator import attrgetter
from types import TracebackType
from typing import Any, Self

from dxemu.lab.lab import Lab
from dxemu.lab.probes.base import Run, Runner
from dxemu.lab.probes.menu import runner_of
from dxemu.run.job import RunJob


class Prober:
    """A context manager: the probes go on inside it, from the run's start."""

    def __init__(self, lab: Lab, job: RunJob, folder: str) -> None:
        run = Run(lab=lab, end_s=float(job.end), folder=folder, embedded=job.kernel == "embedded")
        probes = sorted(job.probes, key=attrgetter("kind"))
        self._runners: list[Runner[Any]] = [  # Any: each kind has values of its own
            runner_of(kind)(list(mine), run) for kind, mine in groupby(probes, key=attrgetter("kind"))
        ]

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for runner in self._runners:
                await stack.enter_async_context(runner)
            self._stack = stack.pop_all()
        return self

    async def finished(self) -> None:
        """Return when all that was measured is in the journal. Raises LabError."""
        for runner in self._runners:
            await runner.finished()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)
