"""Lines under `expect` -> Expectations: which subject, about what, which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dxemu.errors import ProblemList
from dxemu.story.expectation_forms import FORMS, Known, Reader, contradiction, name_of
from dxemu.story.model import Argument, Expectation
from dxemu.topology.fields import Wrong
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import listed, quoted, suggestion

__all__ = ["ExpectationReader", "Known"]


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
        subjects = [key for key in line if key in FORMS]
        if len(subjects) != 1:
            self._no_subject(line, subjects, path)
            return None
        (subject,) = subjects
        form = FORMS[subject]
        before = len(self.problems.problems)
        name = self._value(name_of(form.noun), line[subject], (*path, subject))
        arguments = self._arguments(subject, line, path)
        if len(self.problems.problems) == before:
            self._complete(subject, arguments, path)
        if len(self.problems.problems) > before:
            return None
        if subject == "session" and "within" in arguments:
            arguments.setdefault("after", "fault")
        text = _text(line, subject)
        return Expectation(subject=subject, name=str(name), arguments=arguments, text=text, mark=self.marks.at(*path))

    def _arguments(self, subject: str, line: Mapping[str, object], path: KeyPath) -> dict[str, Argument]:
        readers = FORMS[subject].arguments
        arguments: dict[str, Argument] = {}
        for key, value in line.items():
            if key in readers:
                argument = self._value(readers[key], value, (*path, key))
                if argument is not None:
                    arguments[key] = argument
            elif key != subject:
                problem = f"'{subject}' has no {quoted(key)}"
                self.problems.add(self.marks.key_at(*path, key), "DX-S012", problem, suggestion(key, readers))
        return arguments

    def _value(self, reader: Reader, value: object, path: KeyPath) -> Argument | None:
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
        self.problems.add(self.marks.key_at(*path, first), "DX-S011", problem, suggestion(first, FORMS))

    def _complete(self, subject: str, arguments: Mapping[str, Argument], path: KeyPath) -> None:
        """Whether the arguments together make sense; each of them does."""
        form = FORMS[subject]
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
        elif subject == "session" and "at" in arguments and "is" not in arguments:
            problem = f"'{said[0]}' is not about one moment"
            self.problems.add(mark, "DX-S013", problem, "Write for example {session: backup, is: down, at: 20 s}.")
        else:
            self._limits(arguments, path)
            self._healed(arguments, path)

    def _limits(self, arguments: Mapping[str, Argument], path: KeyPath) -> None:
        wrong = contradiction(arguments)
        if wrong is not None:
            key, problem, remedy = wrong
            self.problems.add(self.marks.at(*path, key), "DX-S013", problem, remedy)

    def _healed(self, arguments: Mapping[str, Argument], path: KeyPath) -> None:
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
    return ", ".join(f"{key}: {_written(value)}" for key, value in ordered.items())


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
