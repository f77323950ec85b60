"""Where rules put what they find."""

from __future__ import annotations

from collections.abc import Iterable

from dxemu.errors import Problem
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import quoted, suggestion

PARAGRAPHS = {
    "DX-T003": """\
The value is the name of something that the file does not describe. Names are compared letter by
letter, upper and lower case too. The message has the nearest name of the right kind.""",
}


class Findings:
    """Problems by the place they are about.

    `spoilt` are the paths of entries in which a value could not be read: what a rule finds there may be a
    consequence of that, so it is left out.
    """

    def __init__(self, marks: Marks, spoilt: frozenset[KeyPath] = frozenset()) -> None:
        self.problems: list[Problem] = []
        self._marks = marks
        self._spoilt = spoilt

    def add(self, path: KeyPath, code: str, problem: str, remedy: str) -> None:
        """A problem with the value at `path`."""
        self._add(path, Problem(self._marks.at(*path), code, problem, remedy))

    def add_name(self, path: KeyPath, code: str, problem: str, remedy: str) -> None:
        """A problem with the key at the end of `path`, which is a name."""
        self._add(path, Problem(self._marks.key_at(*path), code, problem, remedy))

    def unknown(self, path: KeyPath, noun: str, name: str, known: Iterable[str], *, at_key: bool = False) -> None:
        """DX-T003: the value at `path`, or the key at its end, names no `noun` that is `known`."""
        add = self.add_name if at_key else self.add
        add(path, "DX-T003", f"there is no {noun} {quoted(name)}", suggestion(name, known))

    def line(self, path: KeyPath, seen_from: KeyPath) -> str:
        """`line 12`, or `line 12 of FILE` if the value at `seen_from` stands in another file."""
        mark = self._marks.at(*path)
        here = self._marks.at(*seen_from).file
        return f"line {mark.line}" if mark.file == here else f"line {mark.line} of {mark.file}"

    def _add(self, path: KeyPath, problem: Problem) -> None:
        if not any(path[: len(entry)] == entry for entry in self._spoilt):
            self.problems.append(problem)
