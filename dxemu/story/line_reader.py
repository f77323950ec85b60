"""Lines that begin with what they are about -> their values: which kind, about what, which parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from dxemu.errors import ProblemList
from dxemu.parameters import Need, Parameter, Takes, parameters_of
from dxemu.probes.base import Probe, has_path
from dxemu.story.agenda import FaultStep
from dxemu.story.awaited.menu import kinds as awaited_kinds
from dxemu.story.expectation_values import READERS
from dxemu.story.line import Line
from dxemu.topology.fields import Wrong
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import kind_of, listed, quoted, suggestion
from dxemu.units import Seconds

L = TypeVar("L", bound=Line)
OUTAGE_PROBE, WITH_PATH = "probe", "sending probe"
"""What is written of probes that measure outages, and of those that measure between two ends."""
NO_EVENT = "no event that can be waited for"
OR = " or "
"""Between the nouns of an expectation that several kinds of probes have."""

PARAGRAPHS = {
    "DX-S011": """\
Each line under `expect` is about one thing, which is one of its words: `outage` is how long
packets were lost, `session` is about a BGP session, and so on; and so is the event under `when`.
docs/scenario-file.md has tables of all. Two things are two lines.""",
    "DX-S012": """\
The word is not one that this expectation or event knows, or what stands behind it is not what it
takes. What each takes is in the table of docs/scenario-file.md: times have units, parts of packets
are written as 30 %, rates as 940 Mbps, directions are to_aws and from_aws, `at` is start, end or a
time.""",
    "DX-S013": """\
The expectation is not complete, or contradicts itself. An outage, for example, needs a limit
(at_most, at_least) or within_prediction, and a path needs at (start, end or a time) beside via. A
session says one thing: after goes with within, at with is. A lower limit is not above the upper
one. What each knows is in the table of docs/scenario-file.md.""",
}


@dataclass(frozen=True)
class Known:
    """Names that lines may use; `probes` with their kinds, of which `kinds` are those that there are.

    None: the topology could not be read, so nothing is looked up.
    """

    probes: Mapping[str, str]
    kinds: Mapping[str, type[Probe]]
    steps: Sequence[FaultStep]
    connections: Sequence[str] | None
    sessions: Sequence[str] | None
    tunnels: Sequence[str] | None
    nodes: Sequence[str] | None
    end: Seconds | None

    def of(self, noun: str) -> Sequence[str] | None:
        """The names of a session, connection, tunnel, node or fault, or of probes (see `Line.of`)."""
        if noun == "fault":
            return sorted({name for step in self.steps for name in (step.id, step.kind)})
        if is_probe(noun):
            return [name for name, kind in self.probes.items() if kind in self.kinds and self._is(kind, noun)]
        known = {"session": self.sessions, "connection": self.connections, "tunnel": self.tunnels, "node": self.nodes}
        return known[noun]

    def _is(self, kind: str, noun: str) -> bool:
        nouns = noun.split(OR)
        if OUTAGE_PROBE in nouns and self.kinds[kind].measures_outages:
            return True
        return has_path(self.kinds[kind]) if noun == WITH_PATH else f"{kind} probe" in nouns


def is_probe(noun: str) -> bool:
    """Whether what it names is a probe."""
    return "probe" in noun.split()


@dataclass(frozen=True)
class LineReader(Generic[L]):
    """Reads lines about the kinds of a `menu` and adds what is wrong with them to `problems`.

    `nothing` is said of what is no kind: `nothing that can be expected`.
    """

    menu: Mapping[str, type[L]]
    known: Known
    marks: Marks
    problems: ProblemList
    nothing: str

    def read(self, line: Mapping[str, object], path: KeyPath) -> L | None:
        """What the line at `path` says. DX-S004, DX-S007, DX-S011 to DX-S013, DX-F008."""
        subjects = [key for key in line if key in self.menu]
        if len(subjects) != 1:
            self._no_subject(line, subjects, path)
            return None
        (subject,) = subjects
        before = len(self.problems.problems)
        values = {"name": self._name(self.menu[subject].of, line[subject], (*path, subject))}
        known = {p.key: p for p in parameters_of(self.menu[subject])}
        for key, value in line.items():
            if key in known:
                values[known[key].attribute] = self._value(known[key], value, (*path, key))
            elif key != subject:
                problem = f"'{subject}' has no {quoted(key)}"
                self.problems.add(self.marks.key_at(*path, key), "DX-S012", problem, suggestion(key, known))
        if len(self.problems.problems) == before:
            self._needed(subject, [p for p in known.values() if p.key in line], path)
        if len(self.problems.problems) > before:
            return None
        said = self.menu[subject](**values)  # type: ignore[arg-type]  # each was read for its field
        self._contradictions(subject, said, path)
        return None if len(self.problems.problems) > before else said

    def _value(self, parameter: Parameter, value: object, path: KeyPath) -> object:
        if parameter.takes is Takes.NAME:
            return self._name(parameter.noun, value, path)
        if parameter.takes is Takes.EVENTS:
            return self._events(value, path)
        try:
            found = READERS[parameter.takes](value, parameter)
            if parameter.takes is Takes.MOMENT and isinstance(found, Seconds):
                self._before_the_end(found)
        except Wrong as wrong:
            self.problems.add(self.marks.at(*path), wrong.code, wrong.problem, wrong.remedy)
            return None
        return found

    def _events(self, value: object, path: KeyPath) -> object:
        """Each as `read` reads it. DX-S012."""
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value) or not value:
            problem = f"{kind_of(value)} is no list of events"
            self.problems.add(
                self.marks.at(*path), "DX-S012", problem, "Write for example [{session: primary, is: down}]."
            )
            return None
        reader = LineReader(awaited_kinds(), self.known, self.marks, self.problems, NO_EVENT)
        return tuple(reader.read(one, (*path, number)) for number, one in enumerate(value))

    def _before_the_end(self, at: Seconds) -> None:
        end = self.known.end
        if end is not None and at > end:
            raise Wrong("DX-S007", f"{at} is after the end at {end}", "Write end, or an earlier time.")

    def _name(self, noun: str, value: object, path: KeyPath) -> object:
        names = self.known.of(noun)
        if isinstance(value, str) and (names is None or value in names):
            return value
        nothing = (
            "This scenario has no steps." if noun == "fault" else f"This scenario has no {noun.replace(OR, f's{OR}')}s."
        )
        problem = f"there is no {noun} {quoted(value) if isinstance(value, str) else kind_of(value)}"
        remedy = suggestion(str(value), names or (), nothing)
        if is_probe(noun) and isinstance(value, str) and value in self.known.probes:
            problem = f"{quoted(value)} is of kind {self.known.probes[value]}"
            remedy = suggestion("", names or (), nothing)
        self.problems.add(self.marks.at(*path), "DX-S004", problem, remedy)
        return value

    def _no_subject(self, line: Mapping[str, object], subjects: Sequence[str], path: KeyPath) -> None:
        if len(subjects) > 1:
            problem = f"one line is about {listed(subjects, 'and')} at once"
            mark = self.marks.key_at(*path, subjects[1])
            self.problems.add(mark, "DX-S011", problem, "Write a line for each.")
            return
        first = next(iter(line), "")
        problem = f"{quoted(first)} is {self.nothing}" if line else "the line is empty"
        self.problems.add(self.marks.key_at(*path, first), "DX-S011", problem, suggestion(first, self.menu))

    def _needed(self, subject: str, written: Sequence[Parameter], path: KeyPath) -> None:
        """Whether the line says what is expected, once, and whatever it needs beside that."""
        kind, mark = self.menu[subject], self.marks.key_at(*path, subject)
        example = f"Write for example {kind.example}."
        said = [p.key for p in written if p.need is Need.SAYS]
        known = parameters_of(kind)
        missing = [p.key for p in known if p.need is Need.ALWAYS and p not in written]
        if not said and (says := [p.key for p in known if p.need is Need.SAYS]):
            problem = f"'{subject}' does not say what is expected: {listed(says)}"
            self.problems.add(mark, "DX-S013", problem, example)
        elif missing:
            self.problems.add(mark, "DX-S013", f"'{subject}' needs {listed(missing, 'and')}", example)
        elif kind.exclusive and len(said) > 1:
            problem = f"'{subject}' says {listed(said, 'and')} at once"
            self.problems.add(mark, "DX-S013", problem, "Write a line for each.")

    def _contradictions(self, subject: str, said: L, path: KeyPath) -> None:
        """Whether the parameters together make sense; each of them does."""
        written = [
            p.key for p in parameters_of(type(said)) if getattr(said, p.attribute) is not None and p.need is Need.SAYS
        ]
        for wrong in said.contradictions(written):
            where = (*path, wrong.key or subject)
            mark = self.marks.key_at(*where) if wrong.at_key else self.marks.at(*where)
            self.problems.add(mark, "DX-S013", wrong.problem, wrong.remedy)


def text_of(line: Mapping[str, object], subject: str) -> str:
    """The line in one row: `outage: app, at_most: 1 s`, with the subject first."""
    ordered = {subject: line[subject], **line}
    return ", ".join(f"{key}: {in_one_row(value)}" for key, value in ordered.items())


def in_one_row(value: object) -> str:
    """A value in one row, as YAML has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {in_one_row(one)}' for key, one in value.items())}}}"
    return f"[{', '.join(map(in_one_row, value))}]" if isinstance(value, list) else str(value)
