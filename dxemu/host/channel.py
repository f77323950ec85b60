"""Events from the lab process to the command while the run goes on, and orders to it: one JSON object a line."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":")).encode
"""`json.dumps` makes an encoder each time, which takes as long as to encode."""

ANSWER = "answer"
"""The key that tells an answer to an order from an event."""
NUMBER = "number"
"""In a line for the lab: an order, which it answers by this number."""
FILE = "file"
"""The key of an order or an answer that is too long for a line: the name of the file in the run's folder."""

INTERRUPT = "interrupt"
"""The key of what is no order: whoever gave the one of that number does not want to wait for its end."""

TERMINAL = "terminal"
"""The key of what is neither an order nor an event: what is typed into the terminal of that number, or printed."""


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
        while (line := self.line()) is None:
            self.read()
        order: dict[str, Any] = json.loads(line)
        return order

    @property
    def fd(self) -> int:
        """Readable when there is more to `read`."""
        return self._fd

    def read(self) -> None:
        """Take in what has come, or wait for it. Raises EOFError as `receive` does."""
        read = os.read(self._fd, 1 << 16)
        if not read:
            raise EOFError("no more orders")
        self._read += read

    def line(self) -> bytes | None:
        """The next line of what was read; None if it is not whole."""
        if b"\n" not in self._read:
            return None
        line, _, self._read = self._read.partition(b"\n")
        return line

    def send(self, event: str, t: float, **values: object) -> None:
        """Tell of an event at `t`, seconds since the run's start. See `dxemu.events.timeline` for the words."""
        self.keep(event, t, **values)
        self.flush()

    def keep(self, event: str, t: float, **values: object) -> None:
        """The same, with the next `flush` or `send`: inside the embedded kernel to write costs more than to make it."""
        self._kept += _encode({"t": round(t, 6), "event": event, **values}).encode() + b"\n"

    def send_line(self, values: Mapping[str, object]) -> None:
        """Send what is no event, after all that was kept."""
        self._kept += _encode(values).encode() + b"\n"
        self.flush()

    def flush(self) -> None:
        """Send what was kept."""
        data, self._kept = self._kept, bytearray()
        while data:
            del data[: os.write(self._fd, data)]
