"""Events from the lab process to the command, one JSON object a line, while the run goes on."""

from __future__ import annotations

import json
import os


class Channel:
    """The lab process's end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def send(self, event: str, t: float, **values: object) -> None:
        """Tell of an event at `t`, seconds since the run's start. See `dxemu.measure.timeline` for the words."""
        data = (json.dumps({"t": round(t, 6), "event": event, **values}, separators=(",", ":")) + "\n").encode()
        while data:
            data = data[os.write(self._fd, data) :]
