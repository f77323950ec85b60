"""Whether a probe's packets arrive, while it sends: for a step that waits for its outage.

The sender, a process of its own, looks at each of its ticks what has arrived, and tells the lab's process over a pipe.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Collection, Sequence

from dxemu.events.base import Event
from dxemu.events.codec import decoded, encoded
from dxemu.events.probes import BEGUN, OVER, OutageSeen

PATIENCE_NS = 100_000_000
"""A packet is not missed before it is so late; or three intervals, if those are longer."""
_INTERVALS = 3


class Arrivals:
    """Of one direction of a probe, whose packets belong to `flows` in turn: whether one of them is cut off."""

    def __init__(self, flows: int, interval_ns: int) -> None:
        self._flows = flows
        self._patience = max(PATIENCE_NS, _INTERVALS * interval_ns * flows)
        self._last = list(range(-flows, 0))
        """Of each flow the highest number that arrived."""
        self._delay = 0
        """Of the packet that arrived last: how long it takes is no outage."""
        self._read = 0
        self._since: int | None = None

    def change(self, sent: Sequence[int], received: Sequence[int], now_ns: int) -> tuple[str, int] | None:
        """BEGUN or OVER, if it has become so, and when the first packet left that nobody got.

        `sent` and `received` as a `ProbeLog` has them; times are nanoseconds since the run's start.
        """
        for place in range(self._read, len(received), 2):
            number = received[place]
            flow = number % self._flows
            self._last[flow] = max(self._last[flow], number)
            self._delay = received[place + 1] - sent[number]
        self._read = len(received)
        due = now_ns - self._patience - self._delay
        expected = [last + self._flows for last in self._last]
        missed = [sent[number] for number in expected if number < len(sent) and sent[number] <= due]
        before = self._since
        if before is None and missed:
            self._since = min(missed)
            return BEGUN, self._since
        if before is not None and not missed:
            self._since = None
            return OVER, before
        return None


class OutagePipe:
    """Made before the fork, for these `probes`."""

    def __init__(self, probes: Collection[str]) -> None:
        self.probes = probes
        self._read, self._write = os.pipe()
        self._said = b""

    def tell(self, probe: str, direction: str, change: tuple[str, int]) -> None:
        """In the sender."""
        state, since_ns = change
        event = OutageSeen(probe=probe, direction=direction, state=state, since_s=round(since_ns / 1e9, 9))
        os.write(self._write, json.dumps(encoded(event)).encode() + b"\n")

    def listen(self, tell: Callable[[Event], None]) -> None:
        """In the lab's process, after the fork: whatever the sender tells is told on."""
        os.close(self._write)
        asyncio.get_running_loop().add_reader(self._read, self._hear, tell)

    def _hear(self, tell: Callable[[Event], None]) -> None:
        part = os.read(self._read, 1 << 16)
        if not part:
            asyncio.get_running_loop().remove_reader(self._read)
        *lines, self._said = (self._said + part).split(b"\n")
        for line in lines:
            tell(decoded(json.loads(line)))

    def close(self) -> None:
        """At the end."""
        asyncio.get_running_loop().remove_reader(self._read)
        os.close(self._read)
