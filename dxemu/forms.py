"""In which form somebody wrote what is wrong: in a file, on the command line, in Python. Remedies are said in the same.

The place of a mistake is its file, a `str`. Of an order by hand it is a `Form` that says so: `dxemu fail`, `lab.fail`.
What is wrong with the machine has no place: `means()` say what can be done otherwise where it is told.
"""

from __future__ import annotations

import keyword
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


class Form(str):
    """The place of what somebody wrote: here the name of a file, in which there are lines and columns."""

    __slots__ = ()

    by_hand = False

    def value(self, key: str, value: str) -> str:
        """`value` being given to `key`."""
        return f"{key}: {value}"

    def kind(self, kind: str, key: str, value: str) -> str:
        """A fault or an action with one parameter; with none if `key` is empty."""
        return f"{{{kind}: {{{self.value(key, value) if key else ''}}}}}"

    def at(self, path: Sequence[str | int], value: str) -> str:
        """`value` being given to what stands at `path` in a design."""
        return self.value(str(path[-1]), value)

    def back(self, change: str) -> str:
        """The order that takes the change of this id back."""
        del change
        return "change: back"

    def option(self, key: str) -> str:
        """What an order's own value is called, such as the `lasts` of a fault."""
        return key


class OnCommandLine(Form):
    """An order on the command line, as `dxemu fail` or `dxemu change`."""

    __slots__ = ()

    by_hand = True

    def value(self, key: str, value: str) -> str:
        """As the shell takes it."""
        return f"{key}={shlex.quote(value)}" if value != "..." else f"{key}=..."

    def kind(self, kind: str, key: str, value: str) -> str:
        """The whole order."""
        return " ".join(word for word in (self, kind, self.value(key, value) if key else "") if word)

    def at(self, path: Sequence[str | int], value: str) -> str:
        """Entries of lists count from 1 there."""
        return self.value(".".join(str(key + 1 if isinstance(key, int) else key) for key in path), value)

    def back(self, change: str) -> str:
        """The whole order."""
        return f"dxemu change --back {shlex.quote(change)}"

    def option(self, key: str) -> str:
        """The option's name."""
        return _OPTIONS.get(key, f"--{key}")


class InPython(Form):
    """A method of a lab in Python, as `lab.fail` or `lab.change`."""

    __slots__ = ()

    by_hand = True

    def value(self, key: str, value: str) -> str:
        """As an argument: what Python keeps for itself gets an underscore."""
        return f"{key}_={_literal(value)}" if keyword.iskeyword(key) else f"{key}={_literal(value)}"

    def kind(self, kind: str, key: str, value: str) -> str:
        """The whole call."""
        return f"{self}({', '.join([_literal(kind), self.value(key, value)] if key else [_literal(kind)])})"

    def at(self, path: Sequence[str | int], value: str) -> str:
        """As mappings in each other. Entries of lists count from 1 there."""
        found = _literal(value)
        for key in reversed(path):
            found = f"{{{_text(str(key + 1 if isinstance(key, int) else key))}: {found}}}"
        return found

    def back(self, change: str) -> str:
        """The whole call."""
        return f"lab.back({_text(change)})"

    def option(self, key: str) -> str:
        """The argument's name."""
        return key


_OPTIONS: Mapping[str, str] = {"by": "TIME", "lasts": "--for"}
PYTHON = "python"
"""What a client says of the form of its orders, if they are calls of Python."""


def by_hand(order: str, form: str = "") -> Form:
    """The place of this order: a command, or a method if the form is `PYTHON`."""
    return InPython(f"lab.{order}") if form == PYTHON else OnCommandLine(f"dxemu {order}")


def form_of(place: str) -> Form:
    """That of the place that a mark has."""
    return place if isinstance(place, Form) else Form(place)


def _literal(value: str) -> str:
    """Numbers and truths in Python's spelling; all else is text."""
    if value in ("true", "false"):
        return value.capitalize()
    try:
        float(value)
    except ValueError:
        return value if value == "..." else _text(value)
    return value


def _text(value: str) -> str:
    """Not by json: who only reads files does not load it."""
    return '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"'))


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What whoever asked can do otherwise: not every command has the options of `dxemu run`.

    Each text ends a sentence of a remedy. `folder`: another place for what is written; `memory`: for a lab that has too
    little; `patience`: for one that says nothing for long. `python`: options are arguments of a call.
    """

    folder: str
    memory: str
    patience: str
    python: bool = False

    def option(self, key: str, value: str = "") -> str:
        """An option, as it is given here; with `value`, which is `True` for one that has none on the command line."""
        if self.python:
            return f"{key}={value if value in ('', 'True') else repr(value)}"
        return f"--{key}{'' if value in ('', 'True') else f' {value}'}"


_SMALLER = "use a smaller design"
_REPORT = "please report it with console.log"
BY_RUN = Means(
    folder="name another folder with --runs",
    memory=f"give it more with --memory, or {_SMALLER}",
    patience=f"a very busy machine needs a longer --stall-limit; otherwise {_REPORT}",
)
"""`dxemu run`."""
BY_LAB = Means(
    folder="export XDG_STATE_HOME=<a folder of yours>",
    memory=_SMALLER,
    patience=f"end what keeps the machine very busy; otherwise {_REPORT}",
)
"""`dxemu up`, `dxemu class`, and all that is asked of their labs."""
BY_TRIAL = Means(
    folder="export TMPDIR=<a folder of yours>",
    memory="give the machine more",
    patience=f"end what keeps the machine very busy; otherwise {_REPORT}",
)
"""A kernel that is tried, by `dxemu doctor` or `dxemu kernel build`."""
BY_PYTHON = Means(
    folder="name another folder with runs=",
    memory=_SMALLER,
    patience=f"end what keeps the machine very busy; otherwise {_REPORT}",
    python=True,
)
"""Calls of Python."""
BY_PYTEST = Means(
    folder="name another folder with --dxemu-runs",
    memory=BY_PYTHON.memory,
    patience=BY_PYTHON.patience,
    python=True,
)
"""Scenarios as tests."""

_asked: ContextVar[Means | None] = ContextVar("_asked", default=None)


def means() -> Means:
    """Those of `dxemu run`, unless a process, or a call of Python, has said otherwise."""
    return _asked.get() or BY_RUN


def asked_with(now: Means) -> None:
    """These hold in this process from now on."""
    _asked.set(now)


@contextmanager
def asking_with(now: Means) -> Iterator[None]:
    """These hold meanwhile, unless somebody further out has said otherwise."""
    token = _asked.set(_asked.get() or now)
    try:
        yield
    finally:
        _asked.reset(token)
