"""The log of a direction of a probe while it goes on: parts, one after the other, of which a torn last one is no loss.

A line of JSON says whose it is; each part is as a `ProbeLog` is, of what came since the part before.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path

from dxemu.events.timeline import ProbeLog

GROWING = ".growing"
"""What its file is called after that of the whole log, which takes its place."""


class GrowingLog:
    """Written by who sends. With `sync` each part is on the disk before the next packet leaves.

    `written` is how many of the packets that were sent are in it.
    """

    def __init__(self, folder: str, file: str, about: Mapping[str, object], *, sync: bool) -> None:
        self._path = f"{folder}/{file}{GROWING}"
        self._sync = sync
        self.written = self._received = 0
        self._fd: int | None = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        self._write(json.dumps(about).encode() + b"\n")

    def add(self, sent: Sequence[int], received: Sequence[int]) -> None:
        """What is new in these. A disk that is full is told of when the whole log is written."""
        new = sent[self.written :], received[self._received :]
        self.written, self._received = len(sent), len(received)
        self._write(array("q", [len(new[0]), len(new[1]), *new[0], *new[1]]).tobytes())

    def _write(self, part: bytes) -> None:
        if self._fd is None:
            return
        try:
            whole = os.write(self._fd, part) == len(part)
            if self._sync:
                os.fdatasync(self._fd)
        except OSError:
            whole = False
        if not whole:  # what came after a torn part could not be told from it
            os.close(self._fd)
            self._fd = None

    def over(self) -> None:
        """The whole log is written."""
        if self._fd is not None:
            os.close(self._fd)
        os.unlink(self._path)  # noqa: PTH108 - pathlib costs time in the guest


def read(path: Path) -> tuple[Mapping[str, object], ProbeLog]:
    """Whose it is, and all whole parts. Raises OSError, and ValueError if nothing of it is whole."""
    about, line, rest = path.read_bytes().partition(b"\n")
    if not line:
        raise ValueError(f"{path} has no whole line")
    data = array("q")
    data.frombytes(rest[: len(rest) // data.itemsize * data.itemsize])
    log, at = ProbeLog(array("q"), array("q")), 0
    while at + 2 <= len(data):
        middle = at + 2 + data[at]
        end = middle + data[at + 1]
        if not at + 2 <= middle <= end <= len(data):
            break  # torn, or no log any more
        log.sent.extend(data[at + 2 : middle])
        log.received.extend(data[middle:end])
        at = end
    said = json.loads(about)
    if not isinstance(said, dict):
        raise ValueError(f"{path} does not say whose it is")  # noqa: TRY004 - a wrong file
    return said, log
