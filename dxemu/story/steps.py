"""Steps of a scenario: known faults at known targets, in order, each healed before the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dxemu.errors import ProblemList
from dxemu.story.file import StepEntry
from dxemu.story.model import ActionStep, FaultStep
from dxemu.story.parameters import (
    as_text,
    beyond_the_last_address,
    choice_in_words,
    missing_choice,
    noun_of,
    targets_of,
)
from dxemu.topology.fields import Wrong
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import kind_of, listed, quoted, suggestion
from dxemu.units import Seconds

Faults = Mapping[str, Mapping[str, str]]
Names = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class StepReader:
    """Reads steps and adds what is wrong with them to `problems`.

    `names` is None if the topology could not be read: targets are then not looked up. `end` is None if the file
    has none.
    """

    faults: Faults
    actions: Faults
    names: Names | None
    end: Seconds | None
    marks: Marks
    problems: ProblemList

    def read(self, entries: Sequence[StepEntry]) -> tuple[FaultStep, ...]:
        """The faults in the order of their times; ids count uses of one kind.

        DX-S002 to DX-S004, DX-S007 to DX-S010.
        """
        uses: Counter[str] = Counter()
        steps: list[FaultStep] = []
        for number, entry in sorted(enumerate(entries), key=lambda pair: pair[1].at):
            if entry.action is not None and entry.fault is None:
                continue
            fault = self._fault(entry.fault, ("steps", number, "fault"), self.faults, "fault")
            if fault is None:
                continue
            kind, written, path = fault
            uses[kind] += 1
            step = FaultStep(
                id=_id(kind, uses[kind]),
                kind=kind,
                at=entry.at,
                duration=entry.duration,
                parameters=self._parameters(kind, written, path, self.faults[kind]),
                mark=self.marks.key_at(*path),
            )
            self._times(step, ("steps", number))
            self._overlap(step, steps)
            steps.append(step)
        return tuple(steps)

    def read_actions(self, entries: Sequence[StepEntry]) -> tuple[ActionStep, ...]:
        """The actions in the order of their times. DX-S002 to DX-S004, DX-S007."""
        uses: Counter[str] = Counter()
        steps: list[ActionStep] = []
        for number, entry in sorted(enumerate(entries), key=lambda pair: pair[1].at):
            if entry.action is None:
                continue
            action = self._fault(entry.action, ("steps", number, "action"), self.actions, "action")
            if action is None:
                continue
            kind, written, path = action
            uses[kind] += 1
            parameters = self._parameters(kind, written, path, self.actions[kind])
            steps.append(
                ActionStep(
                    id=_id(kind, uses[kind]),
                    kind=kind,
                    at=entry.at,
                    parameters=parameters,
                    mark=self.marks.key_at(*path),
                )
            )
            if self.end is not None and entry.at >= self.end:
                problem = f"{kind} at {entry.at} never happens: the run ends at {self.end}"
                remedy = "Move the step before the end, or end later."
                self.problems.add(self.marks.at("steps", number, "at"), "DX-S007", problem, remedy)
        return tuple(steps)

    def _fault(
        self, fault: object, path: KeyPath, menu: Faults, noun: str
    ) -> tuple[str, Mapping[str, object], KeyPath] | None:
        """Kind, parameters as written and path of the kind; None if it is no known fault (or action)."""
        if isinstance(fault, str):
            kind, parameters, here = fault, None, path
            mark = self.marks.at(*path)
        elif isinstance(fault, dict) and len(fault) == 1:
            ((kind, parameters),) = fault.items()
            here = (*path, kind)
            mark = self.marks.key_at(*here)
        else:
            what = f"{len(fault)} {noun}s" if isinstance(fault, dict) else kind_of(fault)
            remedy = "Write one fault for a step, for example {cable_cut: {connection: primary}}."
            self.problems.add(self.marks.at(*path), "DX-S002", f"a step has one {noun}, this is {what}", remedy)
            return None
        if kind not in menu:
            self.problems.add(mark, "DX-S002", f"unknown {noun} {quoted(kind)}", suggestion(kind, menu))
            return None
        if parameters is not None and not isinstance(parameters, dict):
            problem = f"{kind_of(parameters)} is no mapping of parameters"
            self.problems.add(self.marks.at(*here), "DX-S003", problem, f"Write {_example(kind, menu[kind])}.")
            return None
        return kind, parameters or {}, here

    def _parameters(
        self, kind: str, written: Mapping[str, object], path: KeyPath, known: Mapping[str, str]
    ) -> Mapping[str, str]:
        texts: dict[str, str] = {}
        before = len(self.problems.problems)
        for name, value in written.items():
            texts[name] = str(value)
            if name not in known:
                problem = f"{kind} has no parameter {quoted(name)}"
                remedy = suggestion(name, known, f"{kind} takes none.")
                self.problems.add(self.marks.key_at(*path, name), "DX-S003", problem, remedy)
                continue
            try:
                texts[name] = as_text(noun_of(known[name]), value, _example(kind, known))
            except Wrong as wrong:
                self.problems.add(self.marks.at(*path, name), wrong.code, f"'{name}' is {wrong.problem}", wrong.remedy)
            else:
                self._target(noun_of(known[name]), texts[name], (*path, name))
        targets = targets_of(known)
        given = [name for name in written if name in targets]
        if targets and not given and set(written) <= set(known):
            problem = f"{kind} needs {listed(targets)}"
            self.problems.add(self.marks.key_at(*path), "DX-S003", problem, f"Write {_example(kind, known)}.")
        elif len(given) > 1:
            problem = f"{kind} strikes one thing, this is {listed(given, 'and')}"
            self.problems.add(self.marks.key_at(*path, given[1]), "DX-S003", problem, "Write a step for each.")
        choice = missing_choice(known, written)
        if choice and set(written) <= set(known):
            problem = f"{kind} {choice_in_words(choice, written)}"
            self.problems.add(self.marks.key_at(*path), "DX-S003", problem, f"Write one of them: {listed(choice)}.")
        beyond = beyond_the_last_address(known, texts) if len(self.problems.problems) == before else None
        if beyond is not None:
            self.problems.add(self.marks.key_at(*path), "DX-S003", beyond, "Count fewer, or begin lower.")
        return texts

    def _target(self, noun: str, name: str, path: KeyPath) -> None:
        candidates = self.names.get(noun) if self.names is not None else None
        if candidates is not None and name not in candidates:
            problem = f"there is no {noun.replace('_', ' ')} {quoted(name)}"
            self.problems.add(self.marks.at(*path), "DX-S004", problem, suggestion(name, candidates))

    def _times(self, step: FaultStep, path: KeyPath) -> None:
        if self.end is None:
            return
        healed = None if step.duration is None else Seconds(round(step.at + step.duration, 9))
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
            if (other.kind, other.parameters) != (step.kind, step.parameters):
                continue
            if other.duration is None or other.at + other.duration > step.at:
                until = "is never healed"
                if other.duration is not None:
                    until = f"heals at {Seconds(round(other.at + other.duration, 9))}"
                problem = f"{step.kind} at {step.at} repeats the one at {other.at}, which {until}"
                remedy = "One fault cannot be injected twice at once. Heal the first one before, with `for`."
                self.problems.add(step.mark, "DX-S010", problem, remedy)
                return


def _id(kind: str, use: int) -> str:
    """The kind, with `#2` and so on when it is used again."""
    return kind if use == 1 else f"{kind}#{use}"


def _example(kind: str, known: Mapping[str, str]) -> str:
    target = next(iter(targets_of(known)), None)
    return f"{{{kind}: {{{target}: ...}}}}" if target is not None else f"{{{kind}: {{}}}}"
