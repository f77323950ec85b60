"""Lines under `expect` -> Expectations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dxemu.parameters import parameters_of
from dxemu.story.expectations.base import Subject
from dxemu.story.line_reader import LineReader, text_of
from dxemu.story.model import Expectation
from dxemu.topology.marks import KeyPath

PARAGRAPHS = {
    "DX-S014": """\
The expectation begins when a fault is injected or healed, but in this scenario that never happens.
A step without `for` is never healed.""",
}


class ExpectationReader(LineReader[Subject]):
    """Reads lines about the subjects of a `menu` and adds what is wrong with them to `problems`."""

    def read_all(self, lines: Sequence[Mapping[str, object]]) -> tuple[Expectation, ...]:
        """The expectations in the file's order. As `read`, and DX-S014."""
        found = (self._expectation(line, ("expect", number)) for number, line in enumerate(lines))
        return tuple(expectation for expectation in found if expectation is not None)

    def _expectation(self, line: Mapping[str, object], path: KeyPath) -> Expectation | None:
        expected = self.read(line, path)
        if expected is None:
            return None
        before = len(self.problems.problems)
        known = parameters_of(type(expected))
        self._happens({p.key: value for p in known if (value := getattr(expected, p.attribute)) is not None}, path)
        if len(self.problems.problems) > before:
            return None
        subject = next(key for key in line if key in self.menu)
        return Expectation(expected=expected, text=text_of(line, subject), mark=self.marks.at(*path))

    def _happens(self, values: Mapping[str, object], path: KeyPath) -> None:
        """Whether there is what a line counts from: `after` a fault, or its heal, and which `fault`."""
        after, fault = values.get("after"), values.get("fault")
        mark = self.marks.at(*path, "after")
        steps = [step for step in self.known.steps if fault is None or fault in (step.id, step.kind)]
        if after == "fault" and not steps:
            self.problems.add(mark, "DX-S014", "no fault happens", "Add a step under `steps`.")
        if after == "heal" and not any(step.duration is not None for step in steps):
            problem = "no fault is healed" if fault is None else f"'{fault}' is never healed"
            self.problems.add(mark, "DX-S014", problem, "Give its step a `for`, for example for: 30 s.")
