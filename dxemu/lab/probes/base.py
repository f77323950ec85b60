"""What runs the probes of a run: one runner for each kind, found by the name of its file."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import cached_property
from types import TracebackType
from typing import ClassVar, Generic, Self, TypeVar

from dxemu.events.base import Event
from dxemu.events.codec import encoded
from dxemu.events.known_so_far import KnownSoFar
from dxemu.lab.lab import Lab
from dxemu.netlink import route
from dxemu.plan.model import Cable, Plan
from dxemu.probes.base import Probe

P = TypeVar("P", bound=Probe)

START_S = 0.1
"""The first packet leaves so long after the run's start: time to open sockets where the clock is real."""

KEPT_S = 1.0
"""What is known is written down so often, at most: so much may be lost of a run that is killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRun:
    """What a probe needs to know of the run. `embedded`: the kernel is ours, settings of all of it may be changed.

    Probes that are started by hand begin `from_s` after the run's start; `first` is the number of the first of them
    among all of their kind. `end_s` is infinite for one that goes on until it is stopped. What is drawn by chance, such
    as ports, follows from `seed`. Of the probes in `outages` it is told at once when their packets cease to arrive.
    """

    lab: Lab
    end_s: float
    folder: str
    embedded: bool
    from_s: float = 0.0
    first: int = 0
    seed: int = 1
    outages: AbstractSet[str] = frozenset()

    @property
    def epoch_ns(self) -> int:
        """CLOCK_MONOTONIC at the run's start."""
        return self.lab.journal.clock.epoch_ns


class Runner(ABC, Generic[P]):
    """All probes of one kind in one run: a context manager. What it started ends with it.

    `stops`: it can go on without an end, until `stop`.
    """

    stops: ClassVar[bool] = False

    def __init__(self, probes: Sequence[P], run: ProbeRun) -> None:
        self.probes = probes
        self.run = run
        self._stack = AsyncExitStack()  # holds nothing until the start
        self._tasks: list[asyncio.Task[None]] = []
        self._kept_s = run.from_s

    @classmethod
    def flows(cls, probes: Sequence[P], seed: int, first: int = 0) -> Mapping[str, route.FlowPorts]:
        """The ports of those probes, by name, that are one flow each way: routers may send flows different ways.

        `seed` and `first` as in `ProbeRun`.
        """
        del probes, seed, first
        return {}

    @classmethod
    def spreads(cls, probes: Sequence[P], seed: int) -> Mapping[str, tuple[route.FlowPorts, ...]]:
        """The ports of every flow of those probes, by name, that have several flows each way."""
        del probes, seed
        return {}

    @abstractmethod
    async def start(self, stack: AsyncExitStack) -> None:
        """Begin. What has to be given back is pushed on `stack`."""

    def stop(self) -> None:
        """Measure no more. `finished` returns then."""

    def known(self) -> Sequence[Event]:
        """What `finished` would tell if it ended now, of what is not told as it is measured."""
        return ()

    async def so_far(self) -> Sequence[Mapping[str, object]]:
        """The same, as JSON has it. Nothing is told, and it goes on."""
        return [encoded(event) for event in self.known()]

    def keep_known(self) -> None:
        """Something was measured: what is `known` is written down, once in `KEPT_S` at most."""
        now = self.run.lab.journal.clock.now()
        if now - self._kept_s >= KEPT_S:
            self._kept_s = now
            self._known.write(now, self.known())

    @cached_property
    def _known(self) -> KnownSoFar:
        first = self.probes[0]
        return KnownSoFar(self.run.folder, f"{first.name}.{first.kind}")

    async def finished(self) -> None:
        """Return when everything was measured and told to the journal. Raises LabError."""
        await asyncio.gather(*self._tasks)
        if "_known" in self.__dict__:
            self._known.over()

    def go_on(self, work: Coroutine[object, object, None]) -> None:
        """Do this beside everything else. `finished` waits for it, and raises what it raises."""
        self._tasks.append(asyncio.create_task(work))

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._cancel)
            await self.start(stack)
            self._stack = stack.pop_all()
        return self

    async def _cancel(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)


def cable_of(plan: Plan, name: str) -> Cable:
    """The cable of a connection (its cross connect, at AWS's port) or circuit."""
    return plan.cable_named(name) or plan.cables_of_connection(name)[-1]
