"""Work in a process of its own, forked from this one: nothing that goes on here can delay it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from dxemu.errors import LabError
from dxemu.host import chance


class Forked:
    """A context manager: `work` runs inside it, and is killed where the context ends early.

    `work` blocks, and gives what JSON can hold. `what` says in a few words what the process does, and names its chance.
    """

    def __init__(self, what: str, work: Callable[[], object]) -> None:
        self._what = what
        self._work = work
        self._pid = 0
        self._said = b""

    def __enter__(self) -> Self:
        self._results, results = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._run(results)
        os.close(results)
        return self

    def _run(self, results: int) -> None:
        """In the forked process. Never returns."""
        status = 1
        try:
            chance.draw_as(self._what)
            with open(results, "wb") as file:
                file.write(json.dumps(self._work()).encode())
            status = 0
        finally:
            if status:
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(status)

    def ask_to_end(self) -> None:
        """Send it SIGTERM."""
        os.kill(self._pid, signal.SIGTERM)

    def ask(self) -> None:
        """Send it SIGUSR1, which `work` has to handle."""
        os.kill(self._pid, signal.SIGUSR1)

    async def finished(self) -> Any:  # Any: JSON
        """What the work gave, once it is done. Raises LabError if the process died."""
        loop = asyncio.get_running_loop()
        whole = asyncio.Event()
        loop.add_reader(self._results, self._read, whole)
        try:
            await whole.wait()
        finally:
            loop.remove_reader(self._results)
        if not self._said:
            raise LabError(f"the process that {self._what} died; its traceback is in console.log")
        return json.loads(self._said)

    def _read(self, whole: asyncio.Event) -> None:
        data = os.read(self._results, 1 << 16)
        self._said += data
        if not data:
            whole.set()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._results)
