"""In which order things happen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.story.awaited.base import Awaited
from dxemu.story.expectations.base import Judged, Measured, Subject, faults_named
from dxemu.story.replayed import first_at


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExpected(Subject):
    """Of each event the first time that it comes after the fault has begun counts. Two at one moment are in order."""

    of: ClassVar[str] = "fault"
    words: ClassVar[str] = "once it has begun these events come, written as under `when`, in this order"
    example: ClassVar[str] = "{order: cable_silent, of: [{session: primary, is: down}, {path: app, via: backup}]}"

    events: tuple[Awaited, ...] | None = parameter(Takes.EVENTS, key="of", need=Need.SAYS)

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """An order of one."""
        del said
        if self.events is not None and len(self.events) == 1:
            remedy = "Write two events or more."
            yield Contradiction(key="of", problem="one event has no order", remedy=remedy)

    def judge(self, measured: Measured) -> Judged:
        """By what kernels and daemons told."""
        began = [f.injected_at_s for f in faults_named(self.name, measured.faults)]
        if not began:
            return False, f"the fault {self.name} never happened"
        times = [(one, first_at(measured.plan, measured.events, one, min(began))) for one in self.events or ()]
        words = ", ".join(f"{one.text} {'never' if t is None else f'at {t:.3f} s'}" for one, t in times)
        right = all(a is not None and b is not None and a <= b for (_, a), (_, b) in pairwise(times))
        return right, words
