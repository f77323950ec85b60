"""Waiting, in the lab, for an event that a step of a scenario names."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from dxemu.events.base import Event, NodeEvent, ProbeEvent
from dxemu.lab.lab import Lab
from dxemu.story.awaited.base import Awaited


@dataclass(slots=True)
class _Waiting:
    """Somebody waits for an event, that was so or not when the lab last told something (`was`)."""

    event: Awaited
    come: asyncio.Future[None]
    was: bool = False


class Watch:
    """Looks, whenever the lab tells something, who has waited for that."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._clock = lab.journal.clock
        self._waiting: list[_Waiting] = []
        lab.journal.listen(self._hear)

    async def comes(self, event: Awaited) -> None:
        """Return when it is so, now or later."""
        if not event.holds(self._lab):
            await self.becomes(event)

    async def wait(self, event: Awaited, until: float) -> bool:
        """Whether it is so, or comes by `until`."""
        if event.holds(self._lab):
            return True
        waiting = self._begin(event)
        timer = asyncio.create_task(self._clock.until(until))
        either: set[asyncio.Future[None]] = {waiting.come, timer}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return waiting.come.done()
        finally:
            timer.cancel()
            self._waiting.remove(waiting)

    async def becomes(self, event: Awaited) -> None:
        """Return when it becomes so, not while it is so from before."""
        waiting = self._begin(event, was=event.holds(self._lab))
        try:
            await waiting.come
        finally:
            self._waiting.remove(waiting)

    def _begin(self, event: Awaited, *, was: bool = False) -> _Waiting:
        waiting = _Waiting(event, asyncio.get_running_loop().create_future(), was)
        self._waiting.append(waiting)
        return waiting

    def _hear(self, told: Event) -> None:
        if not isinstance(told, NodeEvent | ProbeEvent):
            return
        for waiting in self._waiting:
            holds = waiting.event.holds(self._lab)
            if holds and not waiting.was and not waiting.come.done():
                waiting.come.set_result(None)
            waiting.was = holds
