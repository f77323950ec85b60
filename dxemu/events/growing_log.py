"""The log of a direction of a probe while it goes on: parts, one after the other, of which a torn last one is no loss.

A line of JSON says whose it is; each part is as a `ProbeLog` is, of what came since the part before. Of a probe that
goes on for very long the line of a second file says what it knows of the older packets, and the first one, of which the
end still counts, is kept beside it.
"""

from __future__ import annotations

import contextlib
import json
import os
from array import array
from collections.abc import Mapping, Sequence
from pathlib import Path

from dxemu.events.older_packets import OlderPackets, from_json
from dxemu.events.timeline import ProbeLog

GROWING = ".growing"
"""What its file is called after that of the whole log, which takes its place."""
BEFORE = ".before"
"""What it is called after that, once it has been followed by another one."""
MOST_PACKETS = 1 << 20
"""Of one file."""
_OLDER, _FIRST = "older", "first"


class GrowingLog:
    """Written by who sends. Each part is the machine's when it is written: hostfs keeps none back.

    `written` is how many of the packets that were sent are in it.
    """

    def __init__(self, folder: str, file: str, about: Mapping[str, object]) -> None:
        self._path = f"{folder}/{file}{GROWING}"
        self._about = about
        self.written = self._received = 0
        self._first = self._gone = 0
        self._fd: int | None = None
        self._begin({})

    def _begin(self, more: Mapping[str, object]) -> None:
        self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        self._write(json.dumps({**self._about, **more}).encode() + b"\n")

    def add(self, sent: Sequence[int], received: Sequence[int]) -> None:
        """What is new in these. A disk that is full is told of when the whole log is written."""
        new = sent[self.written :], array("q", received[self._received :])
        for place in range(0, len(new[1]) if self._gone else 0, 2):
            new[1][place] += self._gone
        self.written, self._received = len(sent), len(received)
        self._write(array("q", [len(new[0]), len(new[1]), *new[0], *new[1]]).tobytes())

    def forget(self, older: OlderPackets, sent: Sequence[int], received: Sequence[int]) -> None:
        """All that was added is in these or in `older`, from which on they are numbered now."""
        self._gone = older.sent
        self.written, self._received = len(sent), len(received)
        number = older.sent + len(sent)
        if number - self._first >= MOST_PACKETS and self._fd is not None:
            os.close(self._fd)
            os.replace(self._path, self._path + BEFORE)  # noqa: PTH105 - pathlib costs time in the guest
            self._first = number
            self._begin({_FIRST: number, _OLDER: older.as_json()})

    def _write(self, part: bytes) -> None:
        if self._fd is None:
            return
        try:
            whole = os.write(self._fd, part) == len(part)
        except OSError:
            whole = False
        if not whole:  # what came after a torn part could not be told from it
            os.close(self._fd)
            self._fd = None

    def over(self) -> None:
        """The whole log is written."""
        if self._fd is not None:
            os.close(self._fd)
        for path in (self._path, self._path + BEFORE):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)  # noqa: PTH108 - pathlib costs time in the guest


def read(path: Path) -> tuple[Mapping[str, object], ProbeLog]:
    """Whose it is, and all whole parts. Raises OSError, and ValueError if nothing of it is whole."""
    said, log = _parts(path)
    older, first = said.pop(_OLDER, None), said.pop(_FIRST, 0)
    if not isinstance(older, dict) or not isinstance(first, int):
        return said, log
    known = from_json(older)
    says, before = _parts(path.with_name(path.name + BEFORE))
    begins = says.get(_FIRST, 0)
    sent = before.sent[known.sent - (begins if isinstance(begins, int) else 0) :] + log.sent
    came = (pair for part in (before, log) for pair in part.arrivals())
    received = array("q", [x for number, at in came if number >= known.sent for x in (number - known.sent, at)])
    return said, ProbeLog(sent, received, known)


def _parts(path: Path) -> tuple[dict[str, object], ProbeLog]:
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
