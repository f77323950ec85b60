"""InputErrors as a colleague would show them: where, the lines themselves, what is wrong, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from dxemu.errors import InputErrors, Problem

LinesOf = Callable[[str], Sequence[str]]

_BOLD, _RED, _DIM, _PLAIN = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[0m"
_AUTH_KEY = re.compile(
    r"""((?:auth_key|pre_shared_key)["']?:\s*)("[^"]*"?|'[^']*'?|[^\s,}][^,}#]*?(?=\s*(?:[,}]|\s#|$)))"""
)
TAB = 4
WIDTH = 120
WIDEST = 160
GAP, NEXT_LINE = "     ", "\n  "


def lines_of_file(file: str) -> Sequence[str]:
    """The lines of a file; none if it cannot be read, so that the message comes without them."""
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ()


def render(errors: InputErrors, *, colour: bool = False, lines_of: LinesOf = lines_of_file) -> str:
    """All problems, then their number. `lines_of` gives the lines of a file by the name that marks use."""
    shown = [_one(problem, lines_of(problem.mark.file), colour) for problem in errors.problems]
    count = len(errors.problems)
    return "\n".join((*shown, f"{count} error{'s' if count != 1 else ''}; nothing was started.\n"))


def as_dicts(errors: InputErrors) -> list[dict[str, str | int]]:
    """The machine form: one dictionary a problem, in file order. Lines and columns count from 1."""
    return [
        {
            "file": problem.mark.file,
            "line": problem.mark.line,
            "column": problem.mark.column,
            "width": problem.mark.width,
            "code": problem.code,
            "problem": problem.problem,
            "remedy": problem.remedy,
        }
        for problem in errors.problems
    ]


def _one(problem: Problem, lines: Sequence[str], colour: bool) -> str:
    mark = problem.mark
    style = _styled if colour else _unstyled
    text = f"{style(str(mark), _BOLD)}: {style(problem.code, _RED)}  {problem.problem}\n"
    for number in (mark.line - 1, mark.line):
        if 1 <= number <= len(lines):
            text += f"{style(f'{number:5} |', _DIM)} {_line(lines[number - 1])}\n"
    if mark.line <= len(lines):
        text += f"{style('      |', _DIM)} {style(_carets(lines[mark.line - 1], mark.column, mark.width), _RED)}\n"
    explain = f"dxemu explain {problem.code}"
    one_line = len(problem.remedy) + len(explain) + len(GAP) + 2 <= WIDTH
    return f"{text}  {problem.remedy}{GAP if one_line else NEXT_LINE}{style(explain, _DIM)}\n"


def _line(line: str) -> str:
    """The line as it is shown: the characters of an MD5 key are secret even in the file's own line."""
    hidden = _AUTH_KEY.sub(lambda found: found[1] + "*" * len(found[2]), line)
    shown = "".join(c if c.isprintable() else "?" for c in hidden.expandtabs(TAB))
    return shown if len(shown) <= WIDEST else shown[: WIDEST - 3] + "..."


def _carets(line: str, column: int, width: int) -> str:
    """Carets under `width` characters from `column`, which count tabs as one character."""
    before = len(line[: column - 1].expandtabs(TAB))
    marked = len(line[: column - 1 + width].expandtabs(TAB)) - before
    return (" " * before + "^" * max(marked, 1))[:WIDEST]


def _styled(text: str, code: str) -> str:
    return f"{code}{text}{_PLAIN}"


def _unstyled(text: str, _: str) -> str:
    return text
