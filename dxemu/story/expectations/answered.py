"""How many requests fail, and how long the others take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.asking import Requests, trouble_in_words
from dxemu.probes.asking import in_words as requests_in_words
from dxemu.story.expectations.base import Judged, Measured, Subject
from dxemu.units import Seconds

MS = 1e3
_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredExpected(Subject):
    """Of all that was asked in the run."""

    of: ClassVar[str] = "http probe or dns probe"
    words: ClassVar[str] = "so many of its requests fail, or are slow, at most; and no answer takes longer"
    example: ClassVar[str] = "{answered: shop, failed_at_most: 0}"

    failed_at_most: int | None = parameter(Takes.WHOLE, need=Need.SAYS, noun="requests", example="failed_at_most: 0")
    slow_at_most: int | None = parameter(Takes.WHOLE, need=Need.SAYS, noun="requests", example="slow_at_most: 0")
    within: Seconds | None = parameter(Takes.DURATION, need=Need.SAYS)

    def judge(self, measured: Measured) -> Judged:
        """What was never asked is not answered."""
        found = next(iter(measured.found.of(Requests, self.name)), None)
        if found is None or not found.asked:
            return False, "nothing was asked"
        wrong = self.failed_at_most is not None and found.failed > self.failed_at_most
        wrong |= self.slow_at_most is not None and found.slow > self.slow_at_most
        wrong |= self.within is not None and (found.p50_ms is None or found.longest_ms > self.within * MS)
        words = [requests_in_words(found)]
        if wrong:
            words += [trouble_in_words(one, found.lateness_max_ms) for one in found.troubles[:_TOLD]]
        return not wrong, "; ".join(words)
