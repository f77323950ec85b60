"""InputErrors as a colleague would show them: where, the lines themselves, what is wrong, what to do."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dxemu.errors import InputErrors, Problem
from dxemu.forms import form_of
from dxemu.report.terminal import safe
from dxemu.topology.secrets import hidden, secrets_in, without
from dxemu.topology.source import text_of

LinesOf = Callable[[str], Sequence[str]]

_BOLD, _RED, _DIM, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
TAB = 4
WIDTH = 120
WIDEST = 160
CONTEXT = 60
"""So much of a line that is too long is shown before what is meant."""
GAP, NEXT_LINE = "     ", "\n  "


def lines_of_file(file: str) -> Sequence[str]:
    """The lines of a file; none if it cannot be read, so that the message comes without them."""
    try:
        return text_of(Path(file)).splitlines()
    except InputErrors:
        return ()


@dataclass(frozen=True, slots=True)
class _Source:
    """A file's lines as they are shown, without its secrets, and these."""

    lines: Sequence[str]
    secrets: frozenset[str]

    @classmethod
    def of(cls, lines: Sequence[str]) -> _Source:
        text = "\n".join(lines)
        return cls(hidden(text).split("\n") if lines else (), secrets_in(text))


def render(
    errors: InputErrors, *, colour: bool = False, lines_of: LinesOf = lines_of_file, so: str = "nothing was started"
) -> str:
    """All problems, then their number, and what comes of it. `lines_of` gives a file's lines by its name in marks."""
    source = cache(lambda file: _Source.of(() if form_of(file).by_hand else lines_of(file)))
    shown = [_one(problem, source(problem.mark.file), colour) for problem in errors.problems]
    count = len(errors.problems)
    return "\n".join((*shown, f"{count} error{'s' if count != 1 else ''}; {so}.\n"))


def _one(problem: Problem, source: _Source, colour: bool) -> str:
    mark, lines = problem.mark, source.lines
    style = _styled if colour else _unstyled
    said, remedy = (
        safe(without(words, source.secrets), keep="") for words in (hidden(problem.problem), problem.remedy)
    )
    text = f"{style(safe(str(mark), keep=''), _BOLD)}: {style(problem.code, _RED)}  {said}\n"
    if not mark.form.by_hand and mark.line <= len(lines):
        if mark.line > 1:
            text += _numbered(mark.line - 1, _window(_expanded(lines[mark.line - 2]), 0), style)
        line = lines[mark.line - 1]
        before, marked = _expanded(line[: mark.column - 1]), _expanded(line[: mark.column - 1 + mark.width])
        first = max(0, len(before) - CONTEXT) if len(_expanded(line)) > WIDEST else 0
        text += _numbered(mark.line, _window(_expanded(line), first), style)
        text += f"{style('      |', _DIM)} {style(_carets(before, marked[len(before) :], first), _RED)}\n"
    explain = f"dxemu explain {problem.code}"
    one_line = len(remedy) + len(explain) + len(GAP) + 2 <= WIDTH
    return f"{text}  {remedy}{GAP if one_line else NEXT_LINE}{style(explain, _DIM)}\n"


def _numbered(number: int, line: str, style: Callable[[str, str], str]) -> str:
    return f"{style(f'{number:5} |', _DIM)} {line}\n"


def _expanded(line: str) -> str:
    return safe(line.expandtabs(TAB), keep="")


def _window(line: str, first: int) -> str:
    """At most WIDEST characters of a line from `first` on; what is left out is three dots."""
    shown = f"...{line[first + 3 :]}" if first else line
    return shown if len(shown) <= WIDEST else shown[: WIDEST - 3] + "..."


def _carets(before: str, marked: str, first: int) -> str:
    """Carets under `marked`, which stands behind `before` in a line that is shown from `first` on."""
    blanks = " " * _cells(before[first:])
    return (blanks + "^" * max(_cells(marked), 1))[:WIDEST]


def _cells(text: str) -> int:
    """The columns that a terminal needs: two for wide characters, none for those that stand on another."""
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def _styled(text: str, code: str) -> str:
    return f"{code}{text}{_PLAIN}"


def _unstyled(text: str, _: str) -> str:
    return text
