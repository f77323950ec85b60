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
from dxemu.files import border

KEPT_S = 0.25
"""Wall time for which an event may wait for others: a system call for each would cost more than to make it."""


class TimelineFile:
    """A context manager. Every call raises FileError if the file cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: list[str] = []
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
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(KEPT_S, self._when_due)

    def _when_due(self) -> None:
        try:
            self._flush()
        except (FileError, OSError) as error:  # told to the next who writes: a timer has nobody to tell
            self._failed = error

    def _flush(self) -> None:
        self._due = None
        data, self._kept = "".join(self._kept).encode(), []
        with border(self._path):
            while data:
                data = data[self._file.write(data) :]

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
