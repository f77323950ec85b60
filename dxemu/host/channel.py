"""Events from the lab process to the command, one JSON object a line, while the run goes on."""

from __future__ import annotations

import json
import os

_encode = json.JSONEncoder(separators=(",", ":")).encode
"""`json.dumps` makes an encoder each time, which takes as long as to encode."""


class Channel:
    """The lab process's end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._kept = bytearray()

    def send(self, event: str, t: float, **values: object) -> None:
        """Tell of an event at `t`, seconds since the run's start. See `dxemu.events.timeline` for the words."""
        self.keep(event, t, **values)
        self.flush()

    def keep(self, event: str, t: float, **values: object) -> None:
        """The same, with the next `flush` or `send`: inside the embedded kernel to write costs more than to make it."""
        self._kept += _encode({"t": round(t, 6), "event": event, **values}).encode() + b"\n"

    def flush(self) -> None:
        """Send what was kept."""
        data, self._kept = self._kept, bytearray()
        while data:
            del data[: os.write(self._fd, data)]
