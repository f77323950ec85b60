"""The timeline: what happened, one JSON object a line, in order. The only thing that measuring reads.

The kinds of events are the classes of `base`'s neighbours here, each with the word that its lines have for it.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dxemu.events.base import Event
from dxemu.events.codec import decoded

DIRECTIONS = ("to_aws", "from_aws")


def read(path: Path) -> Iterator[Event]:
    """The events of a `timeline.jsonl`. Of a run that was killed the last line may be half an event: it is left out.

    Raises ValueError, with the file and the line, if another line is none.
    """
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.endswith(b"\n"):
                try:
                    yield decoded(json.loads(line))
                except ValueError as error:
                    raise ValueError(f"{path}:{number}: {error}") from error


SO_FAR = "so_far."
"""With this the name of a log begins that is of a probe which still goes on."""


@dataclass(frozen=True, slots=True)
class ProbeLog:
    """When each packet of one direction was sent and received, in nanoseconds since the run's start.

    `sent[n]` belongs to sequence number n. `received` holds pairs in order of arrival: sequence
    number, time; a number may be missing (lost) or come twice (duplicated).
    """

    sent: array[int]
    received: array[int]

    def write(self, path: Path) -> None:
        """Two counts, then both arrays: little-endian signed 64-bit integers throughout."""
        with path.open("wb") as file:
            array("q", [len(self.sent), len(self.received)]).tofile(file)
            self.sent.tofile(file)
            self.received.tofile(file)
            file.flush()
            os.fdatasync(file.fileno())  # in the embedded kernel only this says that the machine's disk is full

    def write_to(self, folder: str, name: str) -> None:
        """Write into the run's folder."""
        self.write(Path(folder) / name)

    @classmethod
    def read(cls, path: Path) -> ProbeLog:
        """Raises ValueError if the file is not a whole probe log."""
        data = array("q")
        data.frombytes(path.read_bytes())
        if len(data) < 2 or len(data) != 2 + data[0] + data[1]:  # noqa: PLR2004 - the two counts
            raise ValueError(f"{path} is not a whole probe log")
        return cls(data[2 : 2 + data[0]], data[2 + data[0] :])

    def arrivals(self) -> Iterable[tuple[int, int]]:
        """Pairs of sequence number and time of arrival."""
        return zip(self.received[::2], self.received[1::2], strict=True)
