"""The probes of a run, each kind by its own runner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack
from itertools import groupby
from operator import attrgetter
from types import TracebackType
from typing import Any, Self

from dxemu.lab.lab import Lab
from dxemu.lab.paths import Watched
from dxemu.lab.probes.base import ProbeRun, Runner
from dxemu.lab.probes.menu import runner_of
from dxemu.netlink import route
from dxemu.probes.base import Probe
from dxemu.run.job import RunJob


class Prober:
    """A context manager: the probes go on inside it, from the run's start."""

    def __init__(self, lab: Lab, job: RunJob, folder: str) -> None:
        embedded = job.kernel == "embedded"
        end_s, outages = float(job.end), job.outages
        run = ProbeRun(lab=lab, end_s=end_s, folder=folder, embedded=embedded, seed=job.seed, outages=outages)
        self._runners: list[Runner[Any]] = [  # Any: each kind has values of its own
            runner_of(kind, job.runners.get(kind, ""))(mine, run) for kind, mine in by_kind(job.probes)
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


def by_kind(probes: Sequence[Probe]) -> list[tuple[str, list[Probe]]]:
    """The probes of each kind, in the order of the kinds' names."""
    return [(kind, list(mine)) for kind, mine in groupby(sorted(probes, key=attrgetter("kind")), attrgetter("kind"))]


def watched(probes: Sequence[Probe], runners: Mapping[str, str], seed: int, spread: AbstractSet[str]) -> list[Watched]:
    """The probes that have a path. Where a kind is one flow each way its runner knows the ports.

    `runners`, `seed` and `spread` as in `RunJob`.
    """
    flows: dict[str, route.FlowPorts] = {}
    spreads: dict[str, tuple[route.FlowPorts, ...]] = {}
    for kind, mine in by_kind(probes):
        runner = runner_of(kind, runners.get(kind, ""))
        flows |= runner.flows(mine, seed)
        spreads |= runner.spreads(mine, seed) if spread else {}
    return [
        Watched(p.name, *p.ends, p.version, flows.get(p.name), spreads.get(p.name, ()) if p.name in spread else ())
        for p in probes
        if p.ends is not None
    ]
