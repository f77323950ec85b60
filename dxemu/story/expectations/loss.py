"""What part of a probe's packets was lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.story.expectations.base import Judged, Measured, Subject, directions, exchanged, lost_where, together
from dxemu.words import direction as in_words

PERCENT = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LossExpected(Subject):
    """Of those that were sent over the whole run, in each direction."""

    of: ClassVar[str] = "probe"
    words: ClassVar[str] = "what part of its packets was lost over the whole run"
    example: ClassVar[str] = "{loss: app, at_most: 1 %}"

    at_most: float | None = parameter(Takes.PERCENT, need=Need.SAYS)
    at_least: float | None = parameter(Takes.PERCENT, need=Need.SAYS)
    direction: str | None = parameter(Takes.WORD, choices=("to_aws", "from_aws"))

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """Limits the wrong way round."""
        del said
        yield from exchanged(("at_least", self.at_least), ("at_most", self.at_most))

    def judge(self, measured: Measured) -> Judged:
        """Each direction by itself."""
        return together(self._judge(measured, direction) for direction in directions(self.direction))

    def _judge(self, m: Measured, direction: str) -> Judged:
        mine = [p for p in m.probes if (p.probe, p.direction) == (self.name, direction) and p.sent]
        if not mine:
            return False, f"no packet of {self.name} was sent {in_words(direction)}"
        lost, sent = sum(p.lost for p in mine), sum(p.sent for p in mine)
        part = PERCENT * lost / sent
        right = (self.at_most is None or part <= self.at_most) and (self.at_least is None or part >= self.at_least)
        where = "" if right else lost_where(m, self.name, direction)
        return right, f"{part:.3g} % ({lost:,} of {sent:,}) {in_words(direction)}{where}"
