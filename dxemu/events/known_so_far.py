"""What a probe knows that tells of it at its end only: a file of its own, written again and again while it goes on.

Each line is an event as the timeline would have it, if the run had ended at that moment.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

from dxemu.events.base import Event
from dxemu.events.codec import decoded, encoded

KNOWN = ".known"
"""What the name of such a file ends with."""
_IDENTITY = ("probe", "direction", "number", "start_s", "label")


class KnownSoFar:
    """Written by who measures, `NAME.known`."""

    def __init__(self, folder: str, name: str) -> None:
        self._path = f"{folder}/{name}{KNOWN}"

    def write(self, t: float, events: Iterable[Event]) -> None:
        """In place of what it held: whole, or as before. That a disk is full others tell, who write what must be."""
        text = "".join(json.dumps({**encoded(event), "t": t}) + "\n" for event in events).encode()
        aside = f"{self._path}.new"
        try:
            with open(aside, "wb", buffering=0) as file:  # noqa: PTH123 - as below
                whole = file.write(text) == len(text)
            if not whole:
                return
            os.replace(aside, self._path)  # noqa: PTH105 - pathlib costs time in the guest
        except OSError:
            return

    def over(self) -> None:
        """All of it is told."""
        with contextlib.suppress(OSError):  # nothing was written
            os.unlink(self._path)  # noqa: PTH108 - as above


def read(path: Path) -> list[Event]:
    """Raises OSError, and ValueError for what is none."""
    return [decoded(json.loads(line)) for line in path.read_bytes().splitlines()]


def untold(known: Iterable[Event], told: Iterable[Event]) -> list[Event]:
    """What is `known`, as far as it was not `told` afterwards: a probe may have ended before the run was cut off."""
    had = {_what(event) for event in told}
    return [event for event in known if _what(event) not in had]


def _what(event: Event) -> tuple[object, ...]:
    return event.word, *(getattr(event, key, None) for key in _IDENTITY)
