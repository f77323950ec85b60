"""What can go wrong, and the exit status that says so.

    DxemuError
    ├── InputErrors        the files are wrong; nothing was started            exit 2
    ├── LabError           no lab could be built, or it broke while it ran     exit 3
    │   ├── Unsupported    the machine or kernel lacks something               exit 3
    │   ├── GuestError     the embedded kernel crashed, hung or never came up  exit 3
    │   ├── FaultNotApplied  a fault did not read back from the kernel         exit 3
    │   └── FileError      a file, a folder or a disk of the user's says no    exit 3
    └── Interrupted        Ctrl-C, SIGTERM, SIGHUP or SIGQUIT                  exit 130

Exit status 0 is a passed run and 1 a run whose expectation failed; neither is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dxemu.forms import Form, form_of


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file. `line` and `column` count from 1; `width` characters are meant.

    The place of an order by hand is all of it: `file` is a `dxemu.forms.Form` then, and says how it was given.
    """

    file: str
    line: int
    column: int
    width: int = 1

    def __str__(self) -> str:
        return self.file if self.form.by_hand else f"{self.file}:{self.line}:{self.column}"

    @property
    def form(self) -> Form:
        """In which form it was written."""
        return form_of(self.file)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file: where, what, and what to do about it.

    `code` is `DX-Tnnn` (topology) or `DX-Snnn` (scenario) or `DX-Fnnn` (the file itself); `dxemu explain CODE` has a
    paragraph on each, and on `DX-Annn`, what an audit finds.
    """

    mark: Mark
    code: str
    problem: str
    remedy: str


class DxemuError(Exception):
    """Anything that ends a command with a message instead of a traceback.

    `rendered`: the message is complete, as `dxemu check` shows mistakes.
    """

    exit_status = 70
    rendered = False


class InputErrors(DxemuError):
    """All the mistakes of the files that were read, in file order."""

    exit_status = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(f"{p.mark}: {p.code}  {p.problem}\n  {p.remedy}" for p in self.problems))


class LabError(DxemuError):
    """No lab could be built, or it broke while it ran. `remedy` says what to do, if anything can be done."""

    exit_status = 3

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}\n  {remedy}" if remedy else problem)


class Unsupported(LabError):
    """The machine or its kernel lacks something that the lab needs."""


class FaultNotApplied(LabError):
    """The kernel or a daemon, asked after a fault was injected, says that nothing has changed."""


class GuestError(LabError):
    """The embedded kernel crashed, hung or never came up. `console` is the end of what it printed."""

    def __init__(self, problem: str, remedy: str = "", console: str = "") -> None:
        self.console = console
        super().__init__(problem, remedy)


class FileError(LabError):
    """A file of the user's cannot be read or written: by permission, by its place, or because a disk is full."""


class Interrupted(DxemuError):
    """Ctrl-C, SIGTERM, SIGHUP (the terminal is gone) or SIGQUIT."""

    exit_status = 130


@dataclass(slots=True)
class ProblemList:
    """Collects problems so that all of a file's mistakes are reported at once."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, mark: Mark, code: str, problem: str, remedy: str) -> None:
        """Note one mistake."""
        self.problems.append(Problem(mark, code, problem, remedy))

    def raise_if_any(self) -> None:
        """Raise InputErrors if anything was added."""
        if self.problems:
            raise InputErrors(self.problems)


class WithoutEffect(Exception):
    """An order would change nothing, or AWS refuses it; its words say why."""
