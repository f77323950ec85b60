"""What a lab that has died left in its timeline."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from dxemu.events.folder import TIMELINE
from dxemu.files import OTHER_STATE, border
from dxemu.labs.places import LabFolder


def recorded(place: LabFolder, tell: Callable[[Mapping[str, object]], None]) -> None:
    """Tell each event as a lab that lives would, until where it was cut off. Raises FileError."""
    from dxemu.events import timeline  # only what is left of a lab needs these
    from dxemu.events.codec import encoded
    from dxemu.events.run import Building, Tick
    from dxemu.report.live import live_line

    with border(place.folder, verb="read", otherwise=OTHER_STATE), contextlib.suppress(ValueError, FileNotFoundError):
        for part in timeline.parts(place.folder / TIMELINE):
            for event in timeline.read(part):
                if not isinstance(event, Building | Tick):
                    tell({"event": encoded(event), "words": live_line(event)})
