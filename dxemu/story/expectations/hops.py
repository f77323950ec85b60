"""How long a path is, as a traceroute sees it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.probes.trace import Trace
from dxemu.probes.trace import in_words as trace_in_words
from dxemu.story.expectations.base import Judged, Measured, Subject, came, exchanged
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HopsExpected(Subject):
    """At a moment: of the last trace that began by then. Otherwise of every trace of the run."""

    of: ClassVar[str] = "trace probe"
    words: ClassVar[str] = (
        "so many hops lead to the end, at a moment or all the time; a trace that does not get there fails"
    )
    example: ClassVar[str] = "{hops: way, at_most: 6}"

    at_most: int | None = parameter(Takes.WHOLE, need=Need.SAYS, noun="hops", example="at_most: 6")
    at_least: int | None = parameter(Takes.WHOLE, need=Need.SAYS, noun="hops", example="at_least: 3")
    at: Seconds | str | None = parameter(Takes.MOMENT)

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """Limits the wrong way round."""
        del said
        yield from exchanged(("at_least", self.at_least), ("at_most", self.at_most))

    def judge(self, measured: Measured) -> Judged:
        """The first that is not as expected is told."""
        all_of_them: Sequence[Trace] = measured.found.of(Trace, self.name)
        found = all_of_them
        if self.at == "start":
            found = found[:1]
        elif self.at is not None:
            until = math.inf if isinstance(self.at, str) else float(self.at)
            found = [one for one in found if one.first_s <= until][-1:]
        if not found:
            return False, "nothing was traced by then"
        wrong = next((one for one in found if not self._right(one)), None)
        words = trace_in_words(wrong or found[-1])
        if wrong is None or not isinstance(self.at, float):
            return wrong is None, words
        at_s = next((one.first_s for one in all_of_them if one.first_s > self.at and self._right(one)), None)
        return False, f"{words}; {came(at_s, measured)}"

    def _right(self, trace: Trace) -> bool:
        number = len(trace.hops)
        enough = self.at_least is None or number >= self.at_least
        return trace.complete and enough and (self.at_most is None or number <= self.at_most)
