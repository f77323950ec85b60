"""How much gets through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.probes.throughput import Throughput
from dxemu.story.expectations.base import Judged, Measured, Subject, exchanged
from dxemu.units import BitsPerSecond
from dxemu.words import bit_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughputExpected(Subject):
    """Payload per second, and UDP's loss in percent, each against limits."""

    of: ClassVar[str] = "throughput probe"
    words: ClassVar[str] = "payload per second, and the part of UDP that was lost, as 30 %"
    example: ClassVar[str] = "{throughput: bulk, at_least: 940 Mbps}"

    at_least: BitsPerSecond | None = parameter(Takes.BIT_RATE, need=Need.SAYS)
    at_most: BitsPerSecond | None = parameter(Takes.BIT_RATE, need=Need.SAYS)
    lost_at_least: float | None = parameter(Takes.PERCENT, need=Need.SAYS)
    lost_at_most: float | None = parameter(Takes.PERCENT, need=Need.SAYS)

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """Limits the wrong way round."""
        del said
        yield from exchanged(("at_least", self.at_least), ("at_most", self.at_most))
        yield from exchanged(("lost_at_least", self.lost_at_least), ("lost_at_most", self.lost_at_most))

    def judge(self, measured: Measured) -> Judged:
        """By the last measurement."""
        found = measured.found.of(Throughput, self.name)
        if not found:
            return False, "it was not measured before the run ended"
        if found[-1].problem:
            return False, found[-1].problem
        rate, lost = found[-1].bits_per_second, found[-1].lost_percent
        words = bit_rate(rate)
        passed = _between(self.at_least, rate, self.at_most)
        if lost is not None:
            words += f", {lost:.3g} % lost"
            passed &= _between(self.lost_at_least, lost, self.lost_at_most)
        elif self.lost_at_least is not None or self.lost_at_most is not None:
            return False, f"{words}; TCP sends what is lost again: give the probe a `udp` rate"
        return passed, words


def _between(least: float | None, value: float, most: float | None) -> bool:
    return (least is None or value >= least) and (most is None or value <= most)
