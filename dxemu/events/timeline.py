"""The timeline: what happened, one JSON object a line, in order. The only thing that measuring reads.

The kinds of events are the classes of `base`'s neighbours here, each with the word that its lines have for it.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dxemu.events.base import Event
from dxemu.events.codec import decoded
from dxemu.events.older_packets import OlderPackets, older_than

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


def parts(path: Path) -> list[Path]:
    """The files of a timeline that are there, the oldest first: what a lab that lives for days keeps of it.

    Of the oldest, `timeline.0.jsonl`, only what somebody did.
    """
    older = [path.with_suffix(f".{number}{path.suffix}") for number in (0, 1)]
    return [file for file in (*older, path) if file.is_file()]


SO_FAR = "so_far."
"""With this the name of a log begins that is of a probe which still goes on."""


@dataclass(slots=True)
class ProbeLog:
    """When each packet of one direction was sent and received, in nanoseconds since the run's start.

    `sent[n]` belongs to sequence number n. `received` holds pairs in order of arrival: sequence
    number, time; a number may be missing (lost) or come twice (duplicated).

    Of a probe that went on for very long the first packets are in `older`, and numbers are counted from there on.
    """

    sent: array[int]
    received: array[int]
    older: OlderPackets | None = None

    @property
    def sent_in_all(self) -> int:
        """With the older ones."""
        return len(self.sent) + (0 if self.older is None else self.older.sent)

    @property
    def received_in_all(self) -> int:
        """The same of those that arrived, each as often as it did."""
        older = 0 if self.older is None else self.older.arrived + self.older.duplicates
        return len(self.received) // 2 + older

    def write(self, path: Path) -> None:
        """Two counts, then both arrays: little-endian signed 64-bit integers throughout. `older` stands beside."""
        if self.older is not None:
            self.older.write(path)
        try:
            with path.open("wb") as file:
                array("q", [len(self.sent), len(self.received)]).tofile(file)
                self.sent.tofile(file)
                self.received.tofile(file)
        except OSError:  # half of it takes the room that is wanted
            path.unlink(missing_ok=True)
            raise

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
        return cls(data[2 : 2 + data[0]], data[2 + data[0] :], older_than(path))

    def arrivals(self) -> Iterable[tuple[int, int]]:
        """Pairs of sequence number and time of arrival."""
        return zip(self.received[::2], self.received[1::2], strict=True)
