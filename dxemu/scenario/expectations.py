"""Lines under `expect` -> Expectations: which subject, about what, which words.

Each subject is one `_Form`: what it names, the arguments it knows, and which of them say what is expected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from dxemu.errors import ProblemList
from dxemu.scenario.model import Expectation, FaultStep
from dxemu.topology.fields import Wrong, read_duration
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import kind_of, listed, quoted, suggestion
from dxemu.units import Seconds

Value = str | bool | Seconds

DETECTORS = ("carrier", "bfd", "hold_timer", "notification")
_TIME = re.compile(r"\s*[0-9]")


@dataclass(frozen=True)
class Known:
    """Names that expectations may use. None: the topology could not be read, so nothing is looked up."""

    probes: Sequence[str]
    steps: Sequence[FaultStep]
    connections: Sequence[str] | None
    sessions: Sequence[str] | None
    end: Seconds | None

    def of(self, noun: str) -> Sequence[str] | None:
        """The names of `probe`, `session`, `connection` or `fault`."""
        if noun == "fault":
            return sorted({name for step in self.steps for name in (step.id, step.kind)})
        return {"probe": self.probes, "session": self.sessions, "connection": self.connections}[noun]


Reader = Callable[[object, Known], Value]


def _duration(value: object, _: Known) -> Value:
    return read_duration(value)


def _true(value: object, _: Known) -> Value:
    if value is not True and value != "on":
        raise Wrong("DX-S012", f"{kind_of(value)} cannot be expected", "Write true, or leave the line out.")
    return True


def _count(value: object, _: Known) -> Value:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Wrong("DX-S012", f"{kind_of(value)} is not a number of packets", "Write for example at_most: 0.")
    return str(value)


def _word(*words: str) -> Reader:
    def read(value: object, _: Known) -> Value:
        if value not in words:
            problem = f"{kind_of(value)} is not expected here"
            raise Wrong("DX-S012", problem, suggestion(str(value), words))
        return str(value)

    return read


def _name(noun: str) -> Reader:
    def read(value: object, known: Known) -> Value:
        names = known.of(noun)
        if not isinstance(value, str) or (names is not None and value not in names):
            nothing = "This scenario has no steps." if noun == "fault" else f"This scenario has no {noun}s."
            what = quoted(value) if isinstance(value, str) else kind_of(value)
            raise Wrong("DX-S004", f"there is no {noun} {what}", suggestion(str(value), names or (), nothing))
        return value

    return read


def _moment(value: object, known: Known) -> Value:
    if isinstance(value, str) and not _TIME.match(value):
        if value not in ("start", "end"):
            raise Wrong("DX-S012", f"{quoted(value)} is no time", "Write start, end or a time such as 30 s.")
        return value
    at = read_duration(value)
    if known.end is not None and at > known.end:
        raise Wrong("DX-S007", f"{at} is after the end at {known.end}", "Write end, or an earlier time.")
    return at


@dataclass(frozen=True)
class _Form:
    """`says`: one of these is needed. `always`: these are needed. `exclusive`: only one of `says` at once."""

    noun: str
    arguments: Mapping[str, Reader]
    says: Sequence[str]
    example: str
    always: Sequence[str] = ()
    exclusive: bool = False


_DIRECTION = _word("to_aws", "from_aws")
_AFTER = _word("heal", "fault")
_FORMS: Mapping[str, _Form] = {
    "outage": _Form(
        "probe",
        {
            "at_most": _duration,
            "at_least": _duration,
            "within_prediction": _true,
            "direction": _DIRECTION,
            "fault": _name("fault"),
        },
        ("at_most", "at_least", "within_prediction"),
        "{outage: app, at_most: 1 s}",
    ),
    "path": _Form(
        "probe",
        {"via": _name("connection"), "at": _moment},
        ("via",),
        "{path: app, via: backup, at: end}",
        always=("at",),
    ),
    "session": _Form(
        "session",
        {"never": _word("down"), "stays": _word("up"), "within": _duration, "after": _AFTER, "fault": _name("fault")},
        ("never", "stays", "within"),
        "{session: backup, never: down}",
        exclusive=True,
    ),
    "detected": _Form(
        "fault",
        {"by": _word(*DETECTORS)},
        ("by",),
        "{detected: cable_silent, by: bfd}",
    ),
    "lost": _Form(
        "probe",
        {"at_most": _count, "after": _AFTER, "direction": _DIRECTION, "fault": _name("fault")},
        ("at_most",),
        "{lost: app, after: heal, at_most: 0}",
    ),
}


@dataclass(frozen=True)
class ExpectationReader:
    """Reads lines under `expect` and adds what is wrong with them to `problems`."""

    known: Known
    marks: Marks
    problems: ProblemList

    def read(self, lines: Sequence[Mapping[str, object]]) -> tuple[Expectation, ...]:
        """The expectations in the file's order. DX-S004, DX-S007, DX-S011 to DX-S014, DX-F008."""
        read = (self._expectation(line, ("expect", number)) for number, line in enumerate(lines))
        return tuple(expectation for expectation in read if expectation is not None)

    def _expectation(self, line: Mapping[str, object], path: KeyPath) -> Expectation | None:
        subjects = [key for key in line if key in _FORMS]
        if len(subjects) != 1:
            self._no_subject(line, subjects, path)
            return None
        (subject,) = subjects
        form = _FORMS[subject]
        before = len(self.problems.problems)
        name = self._value(_name(form.noun), line[subject], (*path, subject))
        arguments = self._arguments(subject, line, path)
        if len(self.problems.problems) == before:
            self._complete(subject, arguments, path)
        if len(self.problems.problems) > before:
            return None
        if subject == "session" and "within" in arguments:
            arguments.setdefault("after", "fault")
        text = _text(line, subject)
        return Expectation(subject=subject, name=str(name), arguments=arguments, text=text, mark=self.marks.at(*path))

    def _arguments(self, subject: str, line: Mapping[str, object], path: KeyPath) -> dict[str, Value]:
        readers = _FORMS[subject].arguments
        arguments: dict[str, Value] = {}
        for key, value in line.items():
            if key in readers:
                argument = self._value(readers[key], value, (*path, key))
                if argument is not None:
                    arguments[key] = argument
            elif key != subject:
                problem = f"'{subject}' has no {quoted(key)}"
                self.problems.add(self.marks.key_at(*path, key), "DX-S012", problem, suggestion(key, readers))
        return arguments

    def _value(self, reader: Reader, value: object, path: KeyPath) -> Value | None:
        try:
            return reader(value, self.known)
        except Wrong as wrong:
            self.problems.add(self.marks.at(*path), wrong.code, wrong.problem, wrong.remedy)
            return None

    def _no_subject(self, line: Mapping[str, object], subjects: Sequence[str], path: KeyPath) -> None:
        if len(subjects) > 1:
            problem = f"one line expects {listed(subjects, 'and')} at once"
            mark = self.marks.key_at(*path, subjects[1])
            self.problems.add(mark, "DX-S011", problem, "Write a line for each.")
            return
        first = next(iter(line), "")
        problem = f"{quoted(first)} is nothing that can be expected" if line else "the line is empty"
        self.problems.add(self.marks.key_at(*path, first), "DX-S011", problem, suggestion(first, _FORMS))

    def _complete(self, subject: str, arguments: Mapping[str, Value], path: KeyPath) -> None:
        """Whether the arguments together make sense; each of them does."""
        form = _FORMS[subject]
        example = f"Write for example {form.example}."
        mark = self.marks.key_at(*path, subject)
        said = [key for key in form.says if key in arguments]
        missing = [key for key in form.always if key not in arguments]
        if not said:
            problem = f"'{subject}' does not say what is expected: {listed(form.says)}"
            self.problems.add(mark, "DX-S013", problem, example)
        elif missing:
            self.problems.add(mark, "DX-S013", f"'{subject}' needs {listed(missing, 'and')}", example)
        elif form.exclusive and len(said) > 1:
            self.problems.add(
                mark, "DX-S013", f"'{subject}' says {listed(said, 'and')} at once", "Write a line for each."
            )
        elif subject == "session" and "within" not in arguments and ("after" in arguments or "fault" in arguments):
            problem = f"'{said[0]}' is about the whole run: it has no after and no fault"
            self.problems.add(
                mark, "DX-S013", problem, "Write for example {session: backup, within: 30 s, after: heal}."
            )
        else:
            self._limits(arguments, path)
            self._healed(arguments, path)

    def _limits(self, arguments: Mapping[str, Value], path: KeyPath) -> None:
        least, most = arguments.get("at_least"), arguments.get("at_most")
        if isinstance(least, Seconds) and isinstance(most, Seconds) and least > most:
            problem = f"at least {least} and at most {most} cannot both be true"
            self.problems.add(self.marks.at(*path, "at_least"), "DX-S013", problem, "Exchange the two.")

    def _healed(self, arguments: Mapping[str, Value], path: KeyPath) -> None:
        after, fault = arguments.get("after"), arguments.get("fault")
        mark = self.marks.at(*path, "after")
        steps = [step for step in self.known.steps if fault is None or fault in (step.id, step.kind)]
        if after == "fault" and not steps:
            self.problems.add(mark, "DX-S014", "no fault happens", "Add a step under `steps`.")
        if after == "heal" and not any(step.duration is not None for step in steps):
            problem = "no fault is healed" if fault is None else f"'{fault}' is never healed"
            self.problems.add(mark, "DX-S014", problem, "Give its step a `for`, for example for: 30 s.")


def _text(line: Mapping[str, object], subject: str) -> str:
    """The line in one row: `outage: app, at_most: 1 s`, with the subject first."""
    ordered = {subject: line[subject], **line}
    return ", ".join(f"{key}: {str(v).lower() if isinstance(v, bool) else v}" for key, v in ordered.items())
