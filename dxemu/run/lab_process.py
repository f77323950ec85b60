"""The lab process: builds the lab, lets the scenario happen to it, and tells the timeline.

It is the first process of the embedded kernel, or of a process namespace on the machine's own.
Everything imported here is imported inside, where imports cost real time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from random import Random

from dxemu.events.run import LabReady, RunEnded, RunStarted, Tick
from dxemu.events.steps import ActionDone, FaultHealed, FaultInjected
from dxemu.host.channel import Channel
from dxemu.lab.journal import Journal
from dxemu.lab.lab import Lab
from dxemu.plan.model import Plan
from dxemu.run.job import RunJob
from dxemu.run.prober import Prober, watched
from dxemu.story.agenda import ActionStep, FaultStep

BUILD_AFTER_S = 1.0
"""The lab is built so long after the first whole second: what was imported and how long it took is past by then."""
TICK_S = 5.0
"""How often a run says that it is alive, in its own time."""
UNKNOWN_S = 0.0
"""The wall time that passed: the lab's clock may be virtual, so the command puts it in."""


def main(job: RunJob, channel: Channel, folder: str) -> None:
    """Run `job`; results go to `channel` and `folder`. Raises LabError."""
    asyncio.run(_run(job, channel, folder))


async def _run(job: RunJob, channel: Channel, folder: str) -> None:
    journal = Journal(channel, virtual=job.clock == "virtual")
    clock = journal.clock
    await clock.whole_second(BUILD_AFTER_S)
    async with AsyncExitStack() as stack:
        try:
            lab = await stack.enter_async_context(Lab.built(job.plan, journal, folder))
            await lab.converged(watched(job.probes, job.runners))
            journal.tell(_ready(job.plan))
            await clock.whole_second(_phase(job))
        finally:
            journal.start()
        journal.tell(RunStarted(seed=job.seed, kernel=job.kernel, clock=job.clock, epoch_ns=clock.epoch_ns))
        await lab.tell_paths(always=True)
        prober = await stack.enter_async_context(Prober(lab, job, folder))
        for at, do in _agenda(job, lab, journal):
            await clock.until(at)
            await do()
        await prober.finished()
        await lab.tell_paths(always=True)
        journal.tell(RunEnded(wall_s=UNKNOWN_S))


def _ready(plan: Plan) -> LabReady:
    return LabReady(nodes=len(plan.nodes), cables=len(plan.cables), sessions=len(plan.sessions), wall_s=UNKNOWN_S)


def _phase(job: RunJob) -> float:
    """Where in the cycle of the slowest timer the run starts: drawn from the seed, so that seeds try them all.

    Nobody waits for it where the clock is real: chance itself does it there.
    """
    if job.clock != "virtual":
        return 0.0
    cycle = max((session.keepalive for session in job.plan.sessions), default=0.0)
    return Random(job.seed).uniform(0, float(cycle))


def _agenda(job: RunJob, lab: Lab, journal: Journal) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
    """What to do when, in order of time: faults, healing, signs of life, and the end."""

    async def alive() -> None:
        journal.tell(Tick())

    agenda: list[tuple[float, Callable[[], Awaitable[None]]]] = []
    tick = TICK_S
    while tick < job.end:
        agenda.append((tick, alive))
        tick += TICK_S
    for step in job.steps:
        agenda += _step(step, lab, journal)
    agenda += [(float(step.at), _action(step, lab, journal)) for step in job.actions]
    agenda.append((float(job.end), alive))
    return sorted(agenda, key=lambda entry: entry[0])


def _action(step: ActionStep, lab: Lab, journal: Journal) -> Callable[[], Awaitable[None]]:
    action = step.action

    async def do() -> None:
        t = journal.clock.now()
        evidence = await action.do(lab)
        journal.tell(ActionDone(action=step.id, kind=step.kind, target=action.target, evidence=evidence, done_at_s=t))

    return do


def _step(step: FaultStep, lab: Lab, journal: Journal) -> list[tuple[float, Callable[[], Awaitable[None]]]]:
    fault = step.fault

    async def inject() -> None:
        t = journal.clock.now()
        evidence = await fault.inject(lab)
        journal.tell(
            FaultInjected(fault=step.id, kind=step.kind, target=fault.target, evidence=evidence, injected_at_s=t)
        )

    async def heal() -> None:
        t = journal.clock.now()
        evidence = await fault.heal(lab)
        journal.tell(FaultHealed(fault=step.id, kind=step.kind, target=fault.target, evidence=evidence, healed_at_s=t))

    agenda: list[tuple[float, Callable[[], Awaitable[None]]]] = [(float(step.at), inject)]
    if step.duration is not None:
        agenda.append((float(step.at + step.duration), heal))
    return agenda
