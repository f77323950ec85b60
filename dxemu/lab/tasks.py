"""Work that goes on beside the scenario. If any of it fails, the lab fails: nothing dies unseen."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Self


class Tasks:
    """A context manager. A task that fails cancels the task which entered it, and its error is raised at the exit."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._owner: asyncio.Task[object] | None = None
        self._error: BaseException | None = None

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run `work` until the exit."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._done)
        self._tasks.append(task)

    def _done(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None and self._error is None:
            self._error = task.exception()
            if self._owner is not None:
                self._owner.cancel()

    async def __aenter__(self) -> Self:
        self._owner = asyncio.current_task()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._owner = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._error is not None:
            raise self._error
