"""What every subject of an expectation is, and what it is judged by."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dxemu.events.base import Event
from dxemu.events.timeline import DIRECTIONS
from dxemu.measure.probes import Measurements
from dxemu.parameters import Contradiction
from dxemu.plan.model import Plan
from dxemu.story.afterwards import Deadline, after_the_end
from dxemu.story.line import Line
from dxemu.units import Seconds
from dxemu.words import direction as in_words

if TYPE_CHECKING:  # many classes, which cost 15 ms to make; who only reads expectations needs none of them
    from dxemu.measure.result import ActionResult, FaultResult, Outage, Predicted, ProbeResult, Stage
    from dxemu.story.awaited.base import Awaited

Judged = tuple[bool, str]
"""Whether it is as expected, and what was measured in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that an expectation can be about. Times are seconds since the run's start."""

    plan: Plan
    events: Sequence[Event]
    faults: tuple[FaultResult, ...]
    outages: tuple[Outage, ...]
    probes: tuple[ProbeResult, ...]
    stages: tuple[Stage, ...]
    predicted: tuple[Predicted, ...]
    end_s: float
    found: Measurements = field(default_factory=Measurements)
    actions: tuple[ActionResult, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject(Line):
    """What is expected of one thing. `words` say what must be true."""

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """What a lab can watch for, of what must be so by a moment."""
        return ()

    @abstractmethod
    def judge(self, measured: Measured) -> Judged:
        """Whether it is true. What was not measured is not, with words; it never passes silently."""


def directions(wanted: str | None) -> tuple[str, ...]:
    """The one that is wanted, or both."""
    return DIRECTIONS if wanted is None else (wanted,)


def faults_named(name: str | None, faults: Sequence[FaultResult]) -> list[FaultResult]:
    """The faults meant by a step's id, or by a kind: then all of that kind. None: all."""
    if name is None:
        return list(faults)
    return [f for f in faults if f.fault == name] or [f for f in faults if f.kind == name]


def lost_where(measured: Measured, probe: str, direction: str, after: str | None = None) -> str:
    """Where packets were lost first, as the end of a sentence: `; to AWS it broke at primary, ...`; "" if unknown."""
    from dxemu.story.broken_at import first_broken_at  # only what failed needs what it imports

    outages = [o for o in measured.outages if (o.probe, o.direction) == (probe, direction)]
    mine = [o for o in outages if after is None or o.after == after]
    found = first_broken_at(measured.plan, measured.events, measured.faults, mine)
    return f"; {in_words(direction)} {found}" if found else ""


def came(at_s: float | None, m: Measured, deadlines: Sequence[Deadline] = ()) -> str:
    """Of what was to be so by a moment and was not: when it was, in the run or after it, or that it never was."""
    if at_s is not None:
        return f"it came at {at_s:.3f} s"
    return after_the_end(deadlines, m.events, m.end_s) or f"it never came, until the end at {m.end_s:.3f} s"


def too_soon(m: Measured, deadlines: Sequence[Deadline]) -> str:
    """Of what was to be so at the end and was not: what came of it then, as the end of a sentence; "" if unknown."""
    told = after_the_end(deadlines, m.events, m.end_s)
    return f"; {told}" if told else ""


def deadline_of(
    awaited: Awaited, at: Seconds | str | None, within: Seconds | None, after: str | None, fault: str | None
) -> Deadline:
    """An event that is to be so `at` a moment, or `within` a time after a fault or heal."""
    if within is not None:
        return Deadline(awaited=awaited, lasts=within, after=after or "fault", fault=fault)
    moment = None if at is None or isinstance(at, str) else at
    return Deadline(awaited=awaited, lasts=moment or Seconds(0), at=moment)


def together(findings: Iterable[Judged]) -> Judged:
    """True if all are; words are said once."""
    judged = list(findings)
    return all(passed for passed, _ in judged), ", ".join(dict.fromkeys(words for _, words in judged))


def exchanged(least: tuple[str, float | None], most: tuple[str, float | None]) -> Iterator[Contradiction]:
    """A lower limit above the upper one, each with its key."""
    if least[1] is not None and most[1] is not None and least[1] > most[1]:
        problem = f"at least {least[1]} and at most {most[1]} cannot both be true"
        yield Contradiction(key=least[0], problem=problem, remedy="Exchange the two.")


def not_both(always: bool, never: bool) -> Iterator[Contradiction]:
    """What is always and never so."""
    if always and never:
        problem = "always and never cannot both be true"
        yield Contradiction(key="never", problem=problem, remedy="Leave one of them out.")
