"""How long a lab may say nothing before it is taken for hung: by how slow this machine has shown itself to be."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

from dxemu.events.codec import decoded
from dxemu.events.run import Building
from dxemu.host.channel import ANSWER, TERMINAL
from dxemu.host.guest import BOOTED

STALL_LIMIT_S = 60.0
BOOT_S = 1.0
"""From the start of the process to its first word on the machine that the limit is made for."""
FIRST_WORD_S = 300.0
"""The limit until then."""
SLOWEST = 60.0


class Patience:
    """The limit of one lab. `exactly_s` is a limit that somebody has set, which is not changed."""

    def __init__(self, exactly_s: float | None) -> None:
        self._exactly_s = exactly_s
        self._started = time.monotonic()
        self._boot_s: float | None = None
        self._last: Mapping[str, object] = {}
        self._under_way: set[object] | None = None

    def hear(self, event: Mapping[str, object]) -> None:
        """Take in what the lab says. What a terminal prints is no sign that an order is carried out."""
        if TERMINAL in event:
            return
        if ANSWER in event:
            self._under_way = (self._under_way or set()) - {event[ANSWER]}
            return
        self._last = event
        if event["event"] == BOOTED:
            self._boot_s = time.monotonic() - self._started

    def asked(self, number: object) -> None:
        """The lab was given the order of this number, which it answers."""
        self._under_way = (self._under_way or set()) | {number}

    @property
    def limit_s(self) -> float:
        """Wall time from one word of the lab's to the next; infinite while it waits for an order.

        With the real clock things happen in a lab that waits, and are no sign that more will.
        """
        if self._under_way == set():
            return math.inf
        if self._exactly_s is not None:
            return self._exactly_s
        if self._boot_s is None:
            return FIRST_WORD_S
        return STALL_LIMIT_S * min(max(self._boot_s / BOOT_S, 1.0), SLOWEST)

    def lost(self) -> str:
        """What to say when it is over."""
        said = f"the lab said nothing for {self.limit_s:.3g} s of wall time and was ended"
        if self._exactly_s is None and self._boot_s is not None and self.limit_s > STALL_LIMIT_S:
            said += f" ({STALL_LIMIT_S:g} s where it starts in {BOOT_S:g} s; here it took {self._boot_s:.1f} s)"
        return f"{said}; {self._words()}"

    def _words(self) -> str:
        match self._last.get("event"):
            case None:
                return "it had not started yet"
            case "booted":
                return "it had just started"
            case Building.word:
                built = decoded(self._last)
                assert isinstance(built, Building)
                return f"it was being built: {built.phase} {built.done} of {built.of}"
            case word:
                return f"its last word was '{word}' at {self._last.get('t')} s"
