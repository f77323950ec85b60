"""A probe without an end forgets its oldest packets, and keeps what they say.

It does so a little at each tick, for it must not come late with the next packet.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from dxemu.events.growing_log import GrowingLog
from dxemu.events.older_packets import OlderPackets

KEPT = 1 << 16
"""Packets of one direction that are kept at least, whole; twice as many at most. Who comes later counts as lost."""
SLICE = 256
"""What is looked at in one tick."""


class Forgetting:
    """Of what was `sent` and `received` (as in a `ProbeLog`), packets that belong to so many `flows` in turn.

    The first `gone` are in `older`, and the rest is numbered from there on. The `log` has them all.
    """

    def __init__(self, sent: array[int], received: array[int], flows: int, log: GrowingLog) -> None:
        self.older = OlderPackets(flows=flows)
        self.gone = 0
        self._sent, self._received = sent, received
        self._flows = flows
        self._kept = max(1, KEPT // flows) * flows
        self._log = log
        self._work: Iterator[None] | None = None

    def tick(self) -> None:
        """Go on, if there is something to forget."""
        if self._work is None and len(self._sent) >= 2 * self._kept:
            self._work = self._forget()
        if self._work is not None:
            next(self._work, None)

    def settle(self) -> None:
        """Be done with what has begun: until then it is in both."""
        for _ in self._work or ():
            pass

    def _forget(self) -> Iterator[None]:
        came: dict[int, int] = {}
        rest: array[int] = array("q")
        highest = [-1] * self._flows
        place = 0
        while place < len(self._received):
            end = min(place + 2 * SLICE, len(self._received))
            self._divide(place, end, came, rest, highest)
            place = end
            yield
        for first in range(0, self._kept, SLICE):
            self.older.add(self._sent, came, first, min(first + SLICE, self._kept))
            yield
        self._divide(place, len(self._received), came, rest, highest)
        self._log.add(self._sent, self._received)
        del self._sent[: self._kept]
        self._received[:] = rest
        self.gone, self._work = self.older.sent, None
        self._log.forget(self.older, self._sent, self._received)

    def _divide(self, place: int, end: int, came: dict[int, int], rest: array[int], highest: list[int]) -> None:
        """Those that are to be forgotten, and the rest, of what was received from one place to another."""
        received, kept, flows = self._received, self._kept, self._flows
        for at in range(place, end, 2):
            number, flow = received[at], received[at] % flows
            if number >= kept:
                rest.extend((number - kept, received[at + 1]))
            elif number in came:
                self.older.duplicates += 1
            else:
                came[number] = received[at + 1]
                self.older.reordered += number < highest[flow]
            highest[flow] = max(highest[flow], number)
