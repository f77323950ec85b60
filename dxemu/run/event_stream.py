"""What a session's lab tells, as somebody listens to it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from dxemu.events.base import Event

MOST_UNHEARD = 10_000
"""Events that are kept for one who is slow to hear them; then the oldest are dropped."""


class EventStream:
    """The events of a session, for one who hears them. `lost` counts those that came faster than they were heard."""

    def __init__(self, streams: set[EventStream]) -> None:
        self.lost = 0
        self._streams = streams
        self._unheard: deque[Event] = deque()
        self._come = asyncio.Event()
        self._over = False

    def put(self, event: Event) -> None:
        """It happened."""
        if len(self._unheard) >= MOST_UNHEARD:
            self._unheard.popleft()
            self.lost += 1
        self._unheard.append(event)
        self._come.set()

    def end(self) -> None:
        """Nothing happens any more."""
        self._over = True
        self._come.set()

    def __enter__(self) -> EventStream:
        self._streams.add(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._streams.discard(self)

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while not self._unheard:
            if self._over:
                raise StopAsyncIteration
            self._come.clear()
            await self._come.wait()
        return self._unheard.popleft()
