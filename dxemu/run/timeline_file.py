"""A run's `timeline.jsonl`, written as it happens: whatever ends the command, it lacks the last moment at most."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import TracebackType
from typing import Self

from dxemu.errors import FileError
from dxemu.events.base import Event
from dxemu.events.codec import encoded
from dxemu.events.run import LabReady, RunEnded, RunStarted
from dxemu.events.steps import ActionDone, ChangeDone, FaultHealed, FaultInjected
from dxemu.files import border

LASTING = (FaultInjected, FaultHealed, ActionDone, ChangeDone, RunStarted, LabReady)
"""What measurements of a lab need of all of its time: what was done to it, and how it began."""
KEPT_S = 0.25
"""Wall time for which an event may wait for others: a system call for each would cost more than to make it."""


class TimelineFile:
    """A context manager. Every call raises FileError if the file cannot be written.

    With `most_bytes` it is one of two at most: when it is full it becomes `timeline.1.jsonl`. Of the last such what
    somebody did goes to the end of `timeline.0.jsonl`, and the rest is dropped.
    """

    def __init__(self, path: Path, most_bytes: int | None = None) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._bytes = 0
        self._kept: list[str] = []
        self._done: tuple[list[str], list[str]] = [], []
        """Lines of what somebody did, in the file that was before, and in this one."""
        self._due: asyncio.TimerHandle | None = None
        self._failed: Exception | None = None

    def __enter__(self) -> Self:
        with border(self._path):
            self._file = self._path.open("wb", buffering=0)
        return self

    def write(self, event: Event) -> None:
        """One event."""
        if self._failed is not None:
            raise self._failed
        self._kept.append(json.dumps(encoded(event)) + "\n")
        if self._most_bytes is not None and isinstance(event, LASTING):
            self._done[1].append(self._kept[-1])
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(KEPT_S, self._when_due)

    def flush(self) -> None:
        """Write what still waits for others."""
        if self._due is not None:
            self._due.cancel()
            self._flush()

    def _when_due(self) -> None:
        try:
            self._flush()
        except (FileError, OSError) as error:  # told to the next who writes: a timer has nobody to tell
            self._failed = error

    def _flush(self) -> None:
        self._due = None
        data, self._kept = "".join(self._kept).encode(), []
        with border(self._path):
            if self._most_bytes is not None and self._bytes + len(data) > self._most_bytes and self._bytes:
                self._begin_again()
            self._bytes += len(data)
            while data:
                data = data[self._file.write(data) :]

    def _begin_again(self) -> None:
        with self._path.with_suffix(f".0{self._path.suffix}").open("ab") as oldest:
            oldest.write("".join(self._done[0]).encode())
        self._done = self._done[1], []
        self._path.replace(self._path.with_suffix(f".1{self._path.suffix}"))
        self._file.close()
        self._file = self._path.open("wb", buffering=0)
        self._bytes = 0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._due is not None:
            self._due.cancel()
        try:
            if self._failed is None:
                self._flush()
        finally:
            self._file.close()
        if self._failed is not None and error is None:
            raise self._failed


def with_wall_time(event: Event, wall_s: float) -> Event:
    """An event that says how long people waited: the lab does not know, whose clock may be virtual."""
    if isinstance(event, LabReady):
        return LabReady(t=event.t, nodes=event.nodes, cables=event.cables, sessions=event.sessions, wall_s=wall_s)
    return RunEnded(t=event.t, wall_s=wall_s) if isinstance(event, RunEnded) else event
