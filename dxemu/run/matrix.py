"""All lines of a matrix, run: as many at once as there are processors. What they have in common is made once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from dxemu.errors import DxemuError, InputErrors, Problem
from dxemu.files import border
from dxemu.host import invoker
from dxemu.host.where import Where
from dxemu.measure.result import Result
from dxemu.plan.versions import Versions
from dxemu.run.prepare import Rehearsal, others_of, prepare_drawn, refuse_changes
from dxemu.run.rehearse import rehearse
from dxemu.story.any_of import settled
from dxemu.story.matrix import MatrixLine
from dxemu.story.variant import Variant
from dxemu.topology import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyLine:
    """A line that is ready to run, `number` from 1."""

    number: int
    line: MatrixLine
    rehearsal: Rehearsal
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """A line that was run, in `folder`: its result, or why there is none."""

    ready: ReadyLine
    folder: Path
    result: Result | None
    problem: str = ""

    @property
    def verdict(self) -> str:
        """That of the run, or `error`."""
        return self.result.verdict if self.result is not None else "error"


def make_ready(
    scenario: Path, topology: Path | None, versions: Versions, lines: Iterable[MatrixLine], seed: int
) -> tuple[ReadyLine, ...]:
    """Read, check, plan and predict every line; those that differ in their seed alone share all that it does not draw.

    Raises InputErrors with the mistakes of all lines, each told once.
    """
    tree = yaml.read(scenario)
    known: list[tuple[Variant, Rehearsal | None]] = []
    ready: list[ReadyLine] = []
    problems: dict[Problem, None] = {}
    for number, line in enumerate(lines, start=1):
        chosen = seed if line.variant.seed is None else line.variant.seed
        variant = settled(tree, replace(line.variant, seed=chosen))
        for one in (variant, *(settled(tree, other) for other in others_of(scenario, variant))):
            if all(one != other for other, _ in known):
                try:
                    known.append((one, refuse_changes(prepare_drawn(scenario, topology, versions, one))))
                except InputErrors as errors:
                    problems |= dict.fromkeys(errors.problems)
                    known.append((one, None))
        rehearsal = next(made for one, made in known if one == variant)
        if rehearsal is not None:
            ready.append(ReadyLine(number=number, line=line, rehearsal=rehearsal, seed=chosen))
    if problems:
        raise InputErrors(list(problems))
    return tuple(ready)


async def run_all(
    ready: Sequence[ReadyLine], where: Where, folder: Path, jobs: int, on_done: Callable[[RunLine], None]
) -> tuple[RunLine, ...]:
    """Run every line, `jobs` at once, each in a folder of its number. A lab that breaks ends its own line only."""
    free = asyncio.Semaphore(jobs)
    found: dict[int, RunLine] = {}

    async def one(line: ReadyLine) -> None:
        async with free:
            found[line.number] = done = await _run(line, where, folder / str(line.number))
            on_done(done)

    async with AsyncExitStack() as stack:
        tasks = [asyncio.create_task(one(line)) for line in ready]
        stack.push_async_callback(_ended, tasks)
        await asyncio.gather(*tasks)
    return tuple(found[line.number] for line in ready)


async def _run(line: ReadyLine, where: Where, folder: Path) -> RunLine:
    try:
        with border(folder):
            invoker.make_folder(folder)
        result = await rehearse(line.rehearsal, where, folder, line.seed, lambda _: None)
    except DxemuError as error:
        return RunLine(ready=line, folder=folder, result=None, problem=str(error).partition("\n")[0])
    return RunLine(ready=line, folder=folder, result=result)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Those that go on when one ends in an error of ours, or when somebody interrupts, end their labs."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
