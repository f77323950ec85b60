"""How long packets were lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.story.expectations.base import Judged, Measured, Subject, directions, exchanged, faults_named, together
from dxemu.story.outage_verdict import (
    action_against_prediction,
    against_prediction,
    lasted_ms,
    longest_in_words,
    not_predicted,
    outage_in_words,
)
from dxemu.units import Seconds
from dxemu.words import bounds
from dxemu.words import direction as in_words

if TYPE_CHECKING:  # see dxemu.story.expectations.base
    from dxemu.measure.result import ActionResult, FaultResult, Outage, Predicted

MS = 1e3


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageExpected(Subject):
    """The longest outage of a probe against limits, and every outage against its prediction."""

    of: ClassVar[str] = "probe"
    words: ClassVar[str] = "how long its packets were lost, at the longest; or each time as long as predicted"
    example: ClassVar[str] = "{outage: app, at_most: 1 s}"

    at_most: Seconds | None = parameter(Takes.DURATION, need=Need.SAYS)
    at_least: Seconds | None = parameter(Takes.DURATION, need=Need.SAYS)
    within_prediction: bool | None = parameter(Takes.TRUE, need=Need.SAYS)
    direction: str | None = parameter(Takes.WORD, choices=("to_aws", "from_aws"))
    fault: str | None = parameter(Takes.NAME)

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """Limits the wrong way round."""
        del said
        yield from exchanged(("at_least", self.at_least), ("at_most", self.at_most))

    def judge(self, measured: Measured) -> Judged:
        """Each direction by itself."""
        m, faults = measured, faults_named(self.fault, measured.faults)
        outages = [o for o in m.outages if o.probe == self.name]
        if self.fault is not None:
            if not faults:
                return False, f"the fault {self.fault} never happened"
            outages = [o for o in outages if o.fault in {f.fault for f in faults}]
        findings, places = [], list[str]()
        if self.within_prediction:  # said once, not of each direction
            foreseen = {p.fault for p in m.predicted if p.probe in ("", self.name)}
            findings = [(False, not_predicted(f)) for f in faults if f.fault not in foreseen]
            faults = [f for f in faults if f.fault in foreseen]
        for direction in directions(self.direction):
            mine = [p for p in m.probes if (p.probe, p.direction) == (self.name, direction)]
            if not any(p.sent for p in mine):
                findings.append((False, f"no packet of {self.name} was sent {in_words(direction)}"))
                continue
            predicted = [p for p in m.predicted if p.direction == direction and p.probe in ("", self.name)]
            unseen_ms = max(p.interval_ms for p in mine)
            there = [o for o in outages if o.direction == direction]
            actions = [] if self.fault is not None else list(m.actions)
            passed, words = self._of_one_direction(there, predicted, faults, actions, m.end_s, unseen_ms)
            findings.append((passed, f"{words} {in_words(direction)}"))
            if there and not passed:
                places.append(_where(m, max(there, key=lambda o: lasted_ms(o, m.end_s))))
        passed, words = together(findings)
        return passed, "; ".join((words, *places[:1]))

    def _of_one_direction(
        self,
        outages: Sequence[Outage],
        predicted: Sequence[Predicted],
        faults: Sequence[FaultResult],
        actions: Sequence[ActionResult],
        end_s: float,
        unseen_ms: float,
    ) -> Judged:
        passed, words = True, longest_in_words(outages, end_s)
        longest_ms = max((lasted_ms(o, end_s) for o in outages), default=0.0)
        if self.at_most is not None:
            passed &= all(o.end_s is not None for o in outages) and longest_ms <= self.at_most * MS
        if self.at_least is not None:
            passed &= longest_ms >= self.at_least * MS
        if self.within_prediction:
            wrong = [w for f in faults for w in against_prediction(f, outages, predicted, end_s, unseen_ms)]
            wrong += [w for a in actions for w in action_against_prediction(a, outages, predicted, end_s, unseen_ms)]
            known = {p.fault for p in predicted}
            unknown = [o for o in outages if o.fault is None and o.action not in known]
            wrong += [f"{outage_in_words(o, end_s)} {_unpredicted(o)}" for o in unknown]
            if wrong:
                return False, "; ".join(wrong)
            named = {*(f.fault for f in faults), *(a.action for a in actions)}
            limits = dict.fromkeys(bounds(*p.outage_ms) for p in predicted if p.fault in named)
            words += f", predicted {' and '.join(limits)}" if limits else ""
        return passed, words


def _where(m: Measured, outage: Outage) -> str:
    from dxemu.story.broken_at import broken_at  # only what failed needs what it imports

    over = "not over by the end" if outage.end_s is None else f"over at {outage.end_s:.3f} s"
    found = broken_at(m.plan, m.events, m.faults, outage)
    return f"{in_words(outage.direction)} {over}" + (f", {found}" if found else "")


def _unpredicted(outage: Outage) -> str:
    return "that no fault explains" if outage.action is None else f"after {outage.action}, which predicts none"
