"""What faults go on doing while they stand, each under a name."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from dxemu.faults.base import Pause
from dxemu.host.clock import Clock


class WorkBeside:
    """Works of a lab that go on until they are done, or are told to end."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._works: dict[str, tuple[asyncio.Task[str], asyncio.Event]] = {}

    def start(self, name: str, work: Callable[[Pause], Awaitable[str]]) -> None:
        """Begin it. What it gives at its end is told to who stops it."""
        stop = asyncio.Event()

        async def run() -> str:
            return await work(lambda seconds: self._pause(seconds, stop))

        self._works[name] = asyncio.create_task(run()), stop

    async def stop(self, name: str) -> str:
        """Have it end, if it has not yet, and give what it gave. Raises what it raised."""
        task, stop = self._works.pop(name)
        stop.set()
        return await task

    async def _pause(self, seconds: float, stop: asyncio.Event) -> bool:
        passing = asyncio.create_task(self._clock.settle(seconds))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait((passing, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            passing.cancel()
            stopping.cancel()
        return stop.is_set()
