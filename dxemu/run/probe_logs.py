"""Are the files that the lab left as long as what it told of them?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from dxemu.errors import GuestError
from dxemu.events.values import number, text
from dxemu.files import border, trouble

_BYTES = 8


def whole(event: Mapping[str, object], folder: Path) -> None:
    """Raises LabError if the log of a `probe` event is not all there: a disk may have been full in between.

    Two counts, a time for each packet sent, a number and a time for each received (`dxemu.events.timeline.ProbeLog`).
    """
    if event["event"] != "probe":
        return
    log = folder / text(event, "file")
    with border(log, verb="read", otherwise="leave the folder of a run alone while it goes on"):
        found = log.stat().st_size
    expected = _BYTES * (2 + int(number(event, "sent")) + 2 * int(number(event, "received")))
    if found != expected:
        problem = f"{log.name} has {found} of {expected} bytes: the run cannot be measured"
        raise trouble(folder) or GuestError(problem, "look after the disk and run it again")
