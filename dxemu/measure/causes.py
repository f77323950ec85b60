"""Whose an outage is that begins long after what was done last: of the fault whose session has ended just then.

A hold timer may run out while another fault, which has nothing to do with it, comes and goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dxemu.events.base import Event
from dxemu.events.sessions import BgpChanged
from dxemu.events.steps import SAME_MOMENT_S, FaultHealed, FaultInjected
from dxemu.measure.outages import Burst, FaultMark, cause
from dxemu.measure.stages import DETECTING_REASONS, Hit

HEARD_WITHIN_S = 1.0
"""How long before loss the session that it follows from may have ended: one router tells the next one."""


@dataclass(frozen=True, slots=True)
class Causes:
    """What was done (`marks`), what each fault struck, and what happened."""

    marks: Sequence[FaultMark]
    hits: Sequence[Hit]
    events: Sequence[Event]

    def of(self, burst: Burst, in_flight_s: float) -> FaultMark | None:
        """What an outage comes after; None if nothing had been done.

        That is what was done last, unless nodes have just given up sessions, all of which only an earlier fault
        struck.
        """
        last = cause(burst, self.marks, in_flight_s)
        if last is None or last.after == "action" or burst.start_s <= last.t + in_flight_s:
            return last
        signs = list(self._given_up(max(last.t, burst.start_s - HEARD_WITHIN_S), burst.start_s + in_flight_s))
        if not signs or not self._known(last) or any(self._struck(last, sign) for sign in signs):
            return last
        mine = [mark for mark in self.marks if mark.t <= last.t and all(self._struck(mark, sign) for sign in signs)]
        return max(mine, key=lambda mark: mark.t, default=last)

    def _given_up(self, after: float, until: float) -> Iterator[BgpChanged]:
        for event in self.events:
            if not isinstance(event, BgpChanged) or not after < event.t <= until:
                continue
            if event.state == "down" and event.reason in DETECTING_REASONS:
                yield event

    def _known(self, mark: FaultMark) -> bool:
        return any(hit.fault == mark.fault for hit in self.hits)

    def _struck(self, mark: FaultMark, event: BgpChanged) -> bool:
        together = self._together(mark)
        return any(hit.fault in together and hit.concerns(event) for hit in self.hits)

    def _together(self, mark: FaultMark) -> set[str]:
        """All that a mark stands for."""
        done = (event for event in self.events if isinstance(event, FaultInjected | FaultHealed))
        return {mark.fault, *(event.step for event in done if abs(event.happened_at_s - mark.t) < SAME_MOMENT_S)}
