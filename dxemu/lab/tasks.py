"""Work that goes on beside the scenario. If any of it fails, or a callback, or a daemon, the lab fails."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self


class Tasks:
    """A context manager. A task that fails cancels the task which entered it, and its error is raised at the exit."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[None], None] = {}  # in the order of their starts
        self._owner: asyncio.Task[object] | None = None
        self._error: BaseException | None = None

    def start(self, work: Coroutine[object, object, None]) -> None:
        """Run `work` until the exit."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._done)
        self._tasks[task] = None

    def fail(self, error: BaseException) -> None:
        """Something that the lab needs has failed: end the lab with this error. Only the first one counts."""
        if self._error is None:
            self._error = error
            if self._owner is not None:
                self._owner.cancel()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.pop(task, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.fail(error)

    def _callback_failed(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:  # Any: asyncio's
        self.fail(context.get("exception") or RuntimeError(context["message"]))

    async def __aenter__(self) -> Self:
        self._owner = asyncio.current_task()
        asyncio.get_running_loop().set_exception_handler(self._callback_failed)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._owner = None
        asyncio.get_running_loop().set_exception_handler(None)
        going = list(self._tasks)
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        if self._error is not None:
            raise self._error
