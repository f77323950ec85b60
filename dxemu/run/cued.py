"""Steps that wait for events, or follow those that do, in the lab: beside the agenda, and one order at a time.

Once an event did not come in time no step below the one that waited for it is begun. What is broken is healed.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Self

from dxemu.errors import LabError
from dxemu.events.steps import EventCame, EventMissed, StepStopped
from dxemu.faults.base import Fault
from dxemu.lab.lab import Lab
from dxemu.lab.tasks import Tasks
from dxemu.run.job import PlannedChange, RunJob
from dxemu.run.orders import Act, Heal, Inject, Order
from dxemu.run.watch import Watch
from dxemu.story.agenda import Cue
from dxemu.story.awaited.base import Awaited

Deed = Order | PlannedChange
Do = Callable[[Deed], Awaitable[None]]
Moments = Mapping[int, "asyncio.Future[float | None]"]
"""When the step at a place begins, or ends; None: never."""


class Cues:
    """A context manager: the cues of a job are followed inside it. Whoever else acts on the lab does it by `do`."""

    def __init__(self, lab: Lab, job: RunJob, carry_out: Do) -> None:
        self._journal = lab.journal
        self._carry_out = carry_out
        self._cues = job.cues
        self._watch = Watch(lab)
        self._one = asyncio.Lock()
        self._tasks = Tasks()
        self._standing: dict[str, Fault] = {}
        self._last = math.inf
        """The last place whose step may begin."""
        loop = asyncio.get_running_loop()
        self._begun: Moments = {cue.place: loop.create_future() for cue in job.cues}
        self._ended: Moments = {cue.place: loop.create_future() for cue in job.cues}
        self._places = {step.id: step.place for step in job.steps} | {step.id: step.place for step in job.actions}
        self._lasts = {step.place: step.duration for step in job.steps}
        """Some faults end by themselves before a step says so."""
        self._deeds: dict[tuple[int, int], Deed] = {
            **{(step.place, step.round): Inject(id=step.id, fault=step.fault) for step in job.steps},
            **{(step.place, step.round): Act(id=step.id, action=step.action) for step in job.actions},
            **{(change.place, change.round): change for change in job.changes if not change.ends},
        }
        self._undoing: dict[tuple[int, int], Deed] = {
            **{(step.place, step.round): Heal(id=step.id) for step in job.steps},
            **{(change.place, change.round): change for change in job.changes if change.ends},
        }

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        for cue in self._cues:
            self._tasks.start(self._follow(cue))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._tasks.__aexit__(kind, error, trace)

    async def do(self, deed: Deed) -> None:
        """Carry it out, unless a step above it was not done. Raises LabError, also for a fault that stands already."""
        async with self._one:
            match deed:
                case Heal(id=name):
                    if self._standing.pop(name, None) is None:
                        return
                case Inject(id=name, fault=fault):
                    if self._places[name] > self._last:
                        return
                    if fault in self._standing.values():
                        raise LabError(f"{name} would break what is broken already", "Have it wait until that is over.")
                    self._standing[name] = fault
                case Act(id=name):
                    if self._places[name] > self._last:
                        return
                case PlannedChange():
                    if deed.place > self._last and not deed.ends:
                        return
            await self._carry_out(deed)

    async def _follow(self, cue: Cue) -> None:
        start = await self._armed(cue)
        if start is not None and cue.awaited is not None:
            start = await self._came(cue, cue.awaited, start)
        if start is None or cue.place > self._last:
            self._begun[cue.place].set_result(None)
            self._ended[cue.place].set_result(None)
            return
        stop = asyncio.create_task(self._stopped(cue))
        try:
            self._ended[cue.place].set_result(await self._rounds(cue, start, stop))
        finally:
            stop.cancel()

    async def _armed(self, cue: Cue) -> float | None:
        """When it may begin, once that is; None: never."""
        at: float | None = float(cue.armed)
        if cue.previous is not None:
            at = await (self._begun if cue.after is None else self._ended)[cue.previous]
            at = at + float(cue.after or 0) if at is not None else None
        if at is not None:
            await self._journal.clock.until(at)
        return None if cue.place > self._last else at

    async def _came(self, cue: Cue, event: Awaited, since: float) -> float | None:
        """When the event came; None if it did not in time. When it does after all is told, too."""
        number, words, within = cue.place + 1, cue.words, float(cue.within)
        came = EventCame(number=number, awaited=words, since_s=since, within_s=within)
        if await self._watch.wait(event, since + within):
            at = self._journal.clock.now()
            self._journal.tell(came)
            return at
        self._last = min(self._last, cue.place - 1)
        self._journal.tell(EventMissed(number=number, awaited=words, since_s=since, within_s=within))
        self._tasks.start(self._late(event, came))
        return None

    async def _late(self, event: Awaited, told: EventCame) -> None:
        await self._watch.comes(event)
        self._journal.tell(told)

    async def _rounds(self, cue: Cue, start: float, stop: asyncio.Task[None]) -> float:
        """Do it as often as is said, or until it is stopped. Gives when that is over."""
        over = start
        for number in range(cue.rounds):
            began = start + number * float(cue.every)
            if await self._stops_by(stop, began):
                break
            deed = self._deeds.get((cue.place, number))
            if deed is not None:  # else it only waits
                await self.do(deed)
            if not number:
                self._begun[cue.place].set_result(start)
            lasts = self._lasts.get(cue.place, cue.lasts)
            if lasts is not None:
                over = began + float(lasts)
                await self._stops_by(stop, over)
                await self.do(self._undoing[cue.place, number])
        return self._journal.clock.now() if stop.done() else over

    async def _stopped(self, cue: Cue) -> None:
        if cue.stop_when is None:
            await asyncio.Event().wait()
            return
        await self._watch.becomes(cue.stop_when)
        self._journal.tell(StepStopped(number=cue.place + 1, awaited=cue.stop_words))

    async def _stops_by(self, stop: asyncio.Task[None], t: float) -> bool:
        """Wait until `t`, or until the step is stopped; whether it is."""
        timer = asyncio.create_task(self._journal.clock.until(t))
        try:
            await asyncio.wait({timer, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
        return stop.done()
