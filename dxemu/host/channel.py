"""Events from the lab process to the command while the run goes on, and orders to it: one JSON object a line."""

from __future__ import annotations

import json
import os
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":")).encode
"""`json.dumps` makes an encoder each time, which takes as long as to encode."""


class Channel:
    """The lab process's end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._kept = bytearray()
        self._read = b""

    def receive(self) -> dict[str, Any]:  # Any: an order's values
        """Wait for the next order. Where the clock is held it stands still, and the guest sleeps, until one comes.

        Raises EOFError if whoever gives orders has gone.
        """
        while b"\n" not in self._read:
            read = os.read(self._fd, 1 << 16)
            if not read:
                raise EOFError("no more orders")
            self._read += read
        line, _, self._read = self._read.partition(b"\n")
        order: dict[str, Any] = json.loads(line)
        return order

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
