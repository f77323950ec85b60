"""Steps of a scenario: known faults at known targets, in order, each healed before the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dxemu.actions.base import Action
from dxemu.errors import ProblemList
from dxemu.faults.base import Fault
from dxemu.story.agenda import ActionStep, FaultStep
from dxemu.story.occasions import Occasion
from dxemu.story.parameters import KindReader
from dxemu.topology.marks import KeyPath, Marks
from dxemu.units import Seconds

PARAGRAPHS = {
    "DX-S007": """\
The run is over before this happens, so the step or the expectation would say nothing. `end` counts
from the start of the run, as `at` does.""",
    "DX-S008": """\
The fault would be healed at or after the end of the run. Either let it last to the end, by leaving
`for` out, or make the run longer, so that there is something to see after the repair.""",
    "DX-S010": """\
The same fault strikes the same target again before it was healed. The second one could not be
confirmed from the kernel, because nothing would change. Different faults on one target may overlap.""",
}


@dataclass(frozen=True)
class StepReader:
    """Reads steps and adds what is wrong with them to `problems`. `end` is None if the file has none."""

    faults: KindReader[Fault]
    actions: KindReader[Action]
    end: Seconds | None
    marks: Marks
    problems: ProblemList

    def read(self, occasions: Sequence[Occasion]) -> tuple[FaultStep, ...]:
        """The faults in the order of their times; ids count uses of one kind.

        DX-S002 to DX-S004, DX-S007 to DX-S010.
        """
        uses: Counter[str] = Counter()
        steps: list[FaultStep] = []
        read: dict[int, tuple[str, Fault, KeyPath] | None] = {}
        for one in occasions:
            entry = one.entry
            if entry.fault is None and (entry.action, entry.change, entry.when) != (None, None, None):
                continue
            before = len(self.problems.problems)
            if one.place not in read:
                read[one.place] = self.faults.read(entry.fault, ("steps", one.place, "fault"))
            found = read[one.place]
            if found is None:
                continue
            kind, fault, path = found
            uses[kind] += 1
            step = FaultStep(
                id=_id(kind, uses[kind]),
                kind=kind,
                at=one.at,
                duration=_shorter(entry.duration, fault.ends_after),
                fault=fault,
                mark=self.marks.key_at(*path),
                place=one.place,
                round=one.round,
            )
            self._times(step, ("steps", one.place))
            if len(self.problems.problems) == before:
                self._overlap(step, steps)
            steps.append(step)
        return tuple(steps)

    def read_actions(self, occasions: Sequence[Occasion]) -> tuple[ActionStep, ...]:
        """The actions in the order of their times. DX-S002 to DX-S004, DX-S007."""
        uses: Counter[str] = Counter()
        steps: list[ActionStep] = []
        read: dict[int, tuple[str, Action, KeyPath] | None] = {}
        for one in occasions:
            if one.entry.action is None:
                continue
            if one.place not in read:
                before = len(self.problems.problems)
                read[one.place] = self.actions.read(one.entry.action, ("steps", one.place, "action"))
                if len(self.problems.problems) > before:
                    read[one.place] = None
            found = read[one.place]
            if found is None:
                continue
            kind, action, path = found
            uses[kind] += 1
            mark, place = self.marks.key_at(*path), one.place
            name = _id(kind, uses[kind])
            steps.append(
                ActionStep(id=name, kind=kind, at=one.at, action=action, mark=mark, place=place, round=one.round)
            )
            if self.end is not None and one.at >= self.end:
                problem = f"{kind} at {one.at} never happens: the run ends at {self.end}"
                remedy = "Move the step before the end, or end later."
                self.problems.add(self.marks.at("steps", place, "at"), "DX-S007", problem, remedy)
        return tuple(steps)

    def _times(self, step: FaultStep, path: KeyPath) -> None:
        if self.end is None:
            return
        healed = step.until
        if step.at >= self.end:
            problem = f"{step.kind} at {step.at} never happens: the run ends at {self.end}"
            remedy = "Move the step before the end, or end later."
            self.problems.add(self.marks.at(*path, "at"), "DX-S007", problem, remedy)
        elif healed is not None and healed >= self.end:
            problem = f"{step.kind} heals at {healed}, but the run ends at {self.end}"
            remedy = "Shorten `for`, leave it out (never healed), or end later."
            self.problems.add(self.marks.at(*path, "for"), "DX-S008", problem, remedy)

    def _overlap(self, step: FaultStep, earlier: Sequence[FaultStep]) -> None:
        for other in earlier:
            if other.until is not None and other.until <= step.at:
                continue
            until = "is never healed" if other.until is None else f"heals at {other.until}"
            remedy = "Heal the first one before, with `for`."
            if (other.kind, other.fault) == (step.kind, step.fault):
                problem = f"{step.kind} at {step.at} repeats the one at {other.at}, which {until}"
                remedy = f"One fault cannot be injected twice at once. {remedy}"
            elif clash := step.fault.clash(other.fault):
                problem = f"{step.kind} at {step.at} meets {other.kind} at {other.at}, which {until}: {clash}"
            else:
                continue
            self.problems.add(step.mark, "DX-S010", problem, remedy)
            return


def _shorter(one: Seconds | None, other: Seconds | None) -> Seconds | None:
    """Of two times after which it ends, what comes first; None: never."""
    return min((each for each in (one, other) if each is not None), default=None)


def _id(kind: str, use: int) -> str:
    """The kind, with `#2` and so on when it is used again."""
    return kind if use == 1 else f"{kind}#{use}"
