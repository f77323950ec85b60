"""Events from the lab process to the command, one JSON object a line, while the run goes on."""

from __future__ import annotations

import json
import os
from typing import TextIO


class Channel:
    """The lab process's end. Every event is also kept in a file of the run's folder, if one is given."""

    def __init__(self, fd: int, keep: TextIO | None = None) -> None:
        self._fd = fd
        self._keep = keep

    def send(self, event: str, t: float, **values: object) -> None:
        """Tell of an event at `t`, seconds since the run's start. See `dxemu.measure.timeline` for the words."""
        line = json.dumps({"t": round(t, 6), "event": event, **values}, separators=(",", ":")) + "\n"
        if self._keep is not None:
            self._keep.write(line)
        data = line.encode()
        while data:
            data = data[os.write(self._fd, data) :]
