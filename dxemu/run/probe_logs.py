"""Are the files that the lab left as long as what it told of them?"""

from __future__ import annotations

from pathlib import Path

from dxemu.errors import GuestError
from dxemu.events.base import Event
from dxemu.events.older_packets import older_than
from dxemu.events.probes import PacketsLogged
from dxemu.files import border, trouble

_BYTES = 8


def whole(event: Event, folder: Path) -> None:
    """Raises LabError if the log of a `PacketsLogged` is not all there: a disk may have been full in between.

    Two counts, a time for each packet sent, a number and a time for each received (`dxemu.events.timeline.ProbeLog`).
    """
    if not isinstance(event, PacketsLogged):
        return
    log = folder / event.file
    with border(log, verb="read", otherwise="leave the folder of a run alone while it goes on"):
        found = log.stat().st_size
        older = older_than(log)
    gone = (0, 0) if older is None else (older.sent, older.arrived + older.duplicates)
    expected = _BYTES * (2 + event.sent - gone[0] + 2 * (event.received - gone[1]))
    if found != expected:
        problem = f"{log.name} has {found} of {expected} bytes: the run cannot be measured"
        raise trouble(folder) or GuestError(problem, "look after the disk and run it again")
