"""Probes that are started and stopped by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from dxemu.lab.lab import Lab
from dxemu.lab.paths import Watched
from dxemu.lab.probes.base import ProbeRun, Runner
from dxemu.lab.probes.menu import runner_of
from dxemu.probes.base import Probe
from dxemu.run.orders import OrderRefused
from dxemu.topology.words import quoted, suggestion


@dataclass(frozen=True, slots=True)
class _Going:
    runner: Runner[Any]  # Any: each kind has values of its own
    stack: AsyncExitStack
    probe: Probe


class HandProber:
    """A context manager: what is still going on at its end is given up. `runners` and `seed` as in `RunJob`."""

    def __init__(self, lab: Lab, folder: str, runners: Mapping[str, str], seed: int, *, embedded: bool) -> None:
        self._lab = lab
        self._folder = folder
        self._runners = runners
        self._embedded = embedded
        self._seed = seed
        self._going: dict[str, _Going] = {}
        self._names: set[str] = set()
        self._started: Counter[str] = Counter()

    async def start(self, probe: Probe) -> Mapping[str, object]:
        """Measure from now on. Raises OrderRefused."""
        if probe.name in self._names:
            problem = f"there was a probe {quoted(probe.name)} already"
            raise OrderRefused(problem, "Give this one another name: its log is a file of that name.")
        kind = runner_of(probe.kind, self._runners.get(probe.kind, ""))
        now = self._lab.journal.clock.now()
        if not kind.stops and probe.over_at <= now:
            problem = f"a {probe.kind} probe that is not over at a later time cannot be started by hand"
            raise OrderRefused(problem, "Let it happen at a time to come, or use another kind: udp can be stopped.")
        for end in probe.ends or ():
            self._known(end, probe.version)
        number = self._started[probe.kind]
        end_s = float("inf") if kind.stops else float(probe.over_at)
        run = ProbeRun(
            lab=self._lab,
            end_s=end_s,
            folder=self._folder,
            embedded=self._embedded,
            from_s=now,
            first=number,
            seed=self._seed,
        )
        runner = kind([probe], run)
        async with AsyncExitStack() as stack:
            if probe.ends is not None:
                flow = kind.flows([probe], self._seed, number).get(probe.name)
                await self._lab.ways.watch(Watched(probe.name, *probe.ends, probe.version, flow))
                stack.callback(self._lab.ways.watch_no_more, probe.name)
            await stack.enter_async_context(runner)
            self._going[probe.name] = _Going(runner, stack.pop_all(), probe)
        self._names.add(probe.name)
        self._started[probe.kind] += 1
        return {}

    def _known(self, node: str, version: int) -> None:
        nodes = [one.name for one in self._lab.plan.nodes]
        if node not in nodes:
            raise OrderRefused(f"there is no host or instance {quoted(node)}", suggestion(node, nodes))
        if not any(address.address.version == version for address in self._lab.plan.addresses_of(node)):
            raise OrderRefused(f"{quoted(node)} has no IPv{version} address", "Use another host, or another version.")

    async def stop(self, name: str) -> Mapping[str, object]:
        """End it, and return when all that it measured is told. Raises OrderRefused."""
        if name not in self._going:
            nothing = "No probe goes on."
            raise OrderRefused(f"no probe {quoted(name)} goes on", suggestion(name, self._going, nothing))
        going = self._going.pop(name)
        async with going.stack:
            going.runner.stop()
            await going.runner.finished()
        return {}

    async def so_far(self) -> list[Mapping[str, object]]:
        """What those that go on have measured: as events in JSON of this moment, of which none was told."""
        said = [one for going in self._going.values() for one in await going.runner.so_far()]
        now = self._lab.journal.clock.now()
        return [{**one, "t": now} for one in said]

    async def finished(self) -> None:
        """End all of them, and return when all that they measured is told. Their paths are watched to the end."""
        for going in self._going.values():
            going.runner.stop()
        for going in self._going.values():
            await going.runner.finished()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for going in reversed(self._going.values()):
            await going.stack.__aexit__(kind, error, trace)
