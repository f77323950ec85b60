"""The lab process: builds the lab, lets the scenario happen to it, and tells the timeline.

It is the first process of the embedded kernel, or of a process namespace on the machine's own.
Everything imported here is imported inside, where imports cost real time.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from dxemu.errors import LabError
from dxemu.events.run import LabReady, RunEnded, RunStarted, Tick
from dxemu.faults.base import Fault
from dxemu.host import chance
from dxemu.host.channel import Channel
from dxemu.lab.journal import Journal
from dxemu.lab.lab import Lab
from dxemu.lab.probes.menu import runner_of
from dxemu.plan.model import Plan
from dxemu.run.executor import Executor
from dxemu.run.job import PlannedChange, RunJob
from dxemu.run.orders import Act, Heal, Inject, Order
from dxemu.run.prober import Prober, watched

if TYPE_CHECKING:  # few labs need it, and each import costs time in the guest
    from dxemu.run.afterwards import Afterwards

BUILD_AFTER_S = 1.0
"""The lab is built so long after the first whole second: what was imported and how long it took is past by then."""
TICK_S = 5.0
"""How often a run says that it is alive, in its own time."""
UNKNOWN_S = 0.0
"""The wall time that passed: the lab's clock may be virtual, so the command puts it in."""
Change = Callable[[PlannedChange, Lab], Awaitable[None]]
GoOn = Callable[[Lab, RunJob, str, AsyncExitStack], Awaitable[Mapping[str, Fault] | None]]
"""What happens in the lab once it runs: its agenda, or orders from outside. What it takes goes on the stack.

Gives what is broken at its end, by id; None if that is nobody's business any more.
"""


def get_ready(job: RunJob) -> None:
    """Import what this lab needs and few others do.

    Before time starts in it: an import takes the machine's time, which the real clock counts, and how much is up to
    Python and to how it was installed.
    """
    Random("")  # from 3.13 on, Python imports what makes a number of a text when it does so first
    plans = (job.plan, *(change.plan for change in job.changes), *(act.plan for act in job.acts.values()))
    needed = {
        "encodings.ascii": True,  # by the first file that is opened so
        "dxemu.daemons.services": any(plan.services for plan in plans),
        "dxemu.daemons.strongswan": any(plan.tunnels for plan in plans),
        "dxemu.daemons.keepalived": any(plan.vrrp for plan in plans),
        "dxemu.lab.apply": bool(job.changes or job.acts),
        "dxemu.control.starved": bool(job.plan.tunnels),
        "dxemu.run.changing": bool(job.changes),
        "dxemu.run.cued": bool(job.cues),
        "dxemu.run.afterwards": bool(job.deadlines),
        "dxemu.run.serve": job.served is not None,
        "dxemu.lab.heard_outages": bool(job.outages),
        "dxemu.lab.frame_dump": bool(job.frames),
        "dxemu.lab.esp_keys": job.esp_keys,
    }
    modules = [name for name, is_needed in needed.items() if is_needed]
    for module in [*modules, *(module for step in job.steps for module in step.fault.needs)]:
        importlib.import_module(module)
    for kind in sorted({probe.kind for probe in job.probes}):
        runner_of(kind, job.runners.get(kind, ""))


def main(job: RunJob, channel: Channel, folder: str) -> None:
    """Run `job`; results go to `channel` and `folder`. Raises LabError."""
    go_on: GoOn = _carry_out_agenda
    if job.plan.tunnels:
        _refuse_starved(job.plan)
    if job.changes:
        from dxemu.run.changing import make  # only such a lab needs what it imports

        go_on = partial(_carry_out_agenda, change=make)
        if any(change.plan.tunnels for change in job.changes):
            import dxemu.daemons.strongswan  # noqa: F401 - else it would be imported while time passes
    if job.served is not None:
        from dxemu.run.serve import serve  # only such a lab needs what it imports

        go_on = partial(serve, served=job.served, channel=channel, tick_s=TICK_S)
    asyncio.run(_run(job, channel, folder, go_on))


def _refuse_starved(plan: Plan) -> None:
    """Raises LabError for a tunnel that the lab would wait for in vain."""
    from dxemu.control.starved import starved  # only a lab with tunnels needs what it imports

    for found in starved(plan):
        remedy = (
            f"Switch off what is below it while the lab runs, or look why: dxemu explain path {found.source} {found.to}"
        )
        raise LabError(str(found), remedy)


async def _run(job: RunJob, channel: Channel, folder: str, go_on: GoOn) -> None:
    journal = Journal(channel, virtual=job.clock == "virtual")
    clock = journal.clock
    await clock.whole_second(BUILD_AFTER_S)
    chance.draw_as("the lab")
    async with AsyncExitStack() as stack:
        try:
            halved = tuple(dict.fromkeys(cable for step in job.steps for cable in step.fault.halved(job.plan)))
            lab = await stack.enter_async_context(Lab.built(job.plan, journal, folder, job.seed, halved))
            await lab.converged(watched(job.probes, job.runners, job.seed, job.spread))
            if job.routes:
                from dxemu.run.first_routes import tell_first_routes  # only such a lab needs what it imports

                await tell_first_routes(lab, job.routes)
            journal.tell(_ready(lab))
            await clock.whole_second(_phase(job))
            chance.draw_as("the run")
        finally:
            journal.start()
        journal.tell(RunStarted(seed=job.seed, kernel=job.kernel, clock=job.clock, epoch_ns=clock.epoch_ns))
        if job.drew:
            journal.tell_each(job.drew)
        await lab.ways.tell(always=True)
        afterwards = None
        if job.deadlines:
            from dxemu.run.afterwards import Afterwards  # only such a lab needs what it imports

            afterwards = Afterwards(lab, job.deadlines, float(job.end), virtual=job.clock == "virtual")
        standing = await go_on(lab, job, folder, stack)
        await lab.ways.tell(always=True)
        journal.tell(RunEnded(wall_s=UNKNOWN_S))
        if standing is not None:
            await _after(lab, job, standing, afterwards)


async def _after(lab: Lab, job: RunJob, standing: Mapping[str, Fault], afterwards: Afterwards | None) -> None:
    """The run is over: what is done now is no part of its timeline, and imports cost it no time."""
    make_it_whole = bool(job.steps) and not job.leave_broken
    if afterwards is not None or make_it_whole:
        lab.journal.over()
    if afterwards is not None:
        await afterwards.watch()
    if make_it_whole:
        from dxemu.lab.whole import make_whole

        await make_whole(lab, standing, virtual=job.clock == "virtual", as_designed=not job.actions)


def _ready(lab: Lab) -> LabReady:
    nodes, cables = len(lab.plan.nodes), len(lab.plan.cables)
    return LabReady(nodes=nodes, cables=cables, sessions=lab.signs.established(lab.plan), wall_s=UNKNOWN_S)


async def _unchanged(_: PlannedChange, __: Lab) -> None:
    """The agenda has no changes."""


async def _carry_out_agenda(
    lab: Lab, job: RunJob, folder: str, stack: AsyncExitStack, *, change: Change = _unchanged
) -> Mapping[str, Fault]:
    dump = None
    if job.frames:
        from dxemu.lab.frame_dump import FrameDump  # only such a lab needs what it imports

        dump = stack.enter_context(FrameDump(lab, job.frames, float(job.end), folder))
    if job.esp_keys:
        from dxemu.lab.esp_keys import KeyLog  # only such a lab needs what it imports

        await stack.enter_async_context(KeyLog(lab, folder))
    prober = await stack.enter_async_context(Prober(lab, job, folder))
    executor = Executor(lab, job.acts)

    async def carry_out(order: Order | PlannedChange) -> None:
        await (change(order, lab) if isinstance(order, PlannedChange) else executor.carry_out(order))

    do: Callable[[Order | PlannedChange], Awaitable[None]] = carry_out
    async with AsyncExitStack() as beside:
        if job.cues:
            from dxemu.run.cued import Cues  # only such a lab needs what it imports

            do = (await beside.enter_async_context(Cues(lab, job, carry_out))).do
        for at, order in agenda(job):
            await lab.journal.clock.until(at)
            if order is None:
                lab.journal.tell(Tick())
            else:
                await do(order)
    await prober.finished()
    if dump is not None:
        await dump.finished()
    return executor.standing


def _phase(job: RunJob) -> float:
    """Where in the cycle of the slowest timer the run starts: drawn from the seed, so that seeds try them all.

    Nobody waits for it where the clock is real: chance itself does it there.
    """
    if job.clock != "virtual":
        return 0.0
    cycle = max((session.keepalive for session in job.plan.sessions), default=0.0)
    return Random(job.seed).uniform(0, float(cycle))


def agenda(job: RunJob) -> list[tuple[float, Order | PlannedChange | None]]:
    """What to do when, in order of time: what has no cue, and signs of life (None) until the end."""
    cued = {cue.place for cue in job.cues}
    found: list[tuple[float, Order | PlannedChange | None]] = []
    tick = TICK_S
    while tick < job.end:
        found.append((tick, None))
        tick += TICK_S
    found += [(float(change.at), change) for change in job.changes if change.place not in cued]
    for step in (step for step in job.steps if step.place not in cued):
        found.append((float(step.at), Inject(id=step.id, fault=step.fault)))
        if step.duration is not None:
            found.append((float(step.at + step.duration), Heal(id=step.id)))
    found += [(float(step.at), Act(id=step.id, action=step.action)) for step in job.actions if step.place not in cued]
    found.append((float(job.end), None))
    return sorted(found, key=lambda entry: entry[0])
