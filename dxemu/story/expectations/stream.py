"""What a connection that lives on suffers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.probes.tcp import Stream, stall_in_words
from dxemu.probes.tcp import in_words as stream_in_words
from dxemu.story.expectations.base import Judged, Measured, Subject
from dxemu.units import Seconds

MS = 1e3
_TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamExpected(Subject):
    """Of all connections that the probe opened in the run."""

    of: ClassVar[str] = "tcp probe"
    words: ClassVar[str] = (
        "it never stalls longer, so many segments are sent again at most, in both directions together; or it lives to "
        "the end"
    )
    example: ClassVar[str] = "{stream: long, stalls_at_most: 2 s}"

    stalls_at_most: Seconds | None = parameter(Takes.DURATION, need=Need.SAYS)
    retransmitted_at_most: int | None = parameter(
        Takes.WHOLE, need=Need.SAYS, noun="segments", example="retransmitted_at_most: 10"
    )
    never: str | None = parameter(Takes.WORD, need=Need.SAYS, choices=("reset",))

    def judge(self, measured: Measured) -> Judged:
        """A connection that was never there suffers nothing, and that is no success."""
        found = measured.found.of(Stream, self.name)
        if not any(one.answered for one in found):
            words = "; ".join(stream_in_words(one) for one in found[:_TOLD])
            return False, words or "no connection was opened"
        stalls = [stall for one in found for stall in one.stalls]
        sent_again = sum(one.retransmitted + one.retransmitted_back for one in found)
        wrong = self.stalls_at_most is not None and any(s.duration_ms > self.stalls_at_most * MS for s in stalls)
        wrong |= self.retransmitted_at_most is not None and sent_again > self.retransmitted_at_most
        wrong |= self.never is not None and any(one.reason for one in found)
        told = [stream_in_words(one) for one in found[:_TOLD]]
        if wrong:
            longest = sorted(stalls, key=lambda stall: -stall.duration_ms)[:_TOLD]
            told += [stall_in_words(stall, found[0].lateness_max_ms) for stall in longest]
        return not wrong, "; ".join(told)
