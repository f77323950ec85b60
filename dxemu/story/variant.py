"""What a scenario leaves open: its `parameters`, and what a line of its `matrix` says, filled in before it is read.

`$name` is the value of a parameter, `${name}` also in the middle of a text, and `$$` a dollar sign.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dxemu.errors import InputErrors, Mark, Problem
from dxemu.topology import yaml
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import kind_of, quoted, suggestion
from dxemu.topology.yaml import Tree
from dxemu.units import BitsPerSecond, PacketsPerSecond, Seconds

CODE = "DX-S030"
SET = "--set"
PARAMETERS, MATRIX = "parameters", "matrix"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_USE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<inner>[A-Za-z_][A-Za-z0-9_]*)\}|(?P<plain>[A-Za-z_][A-Za-z0-9_]*))")
_PERCENT = re.compile(r"[0-9]+(\.[0-9]+)?\s*%")
_ALL_PERCENT = 100.0

PARAGRAPHS = {
    "DX-S030": """\
A scenario's `parameters` are names with default values, which say what each is: a duration, a rate,
a part in percent, a number, true or false, text, or a mapping such as a fault. `$name` stands for
the value wherever one may stand, `${name}` also in the middle of a text, `$$` for a dollar sign.
Another value, of the same kind, comes from `dxemu run --set NAME=VALUE` or from a `matrix`.""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to fill a scenario in: `given` are parameters by name, `topology` a design that is used instead.

    `change` is laid over the scenario's own, and comes from the place `change_at` of the file. `seed` is that of the
    run, None: the command's. `draws` say which value of the list at a place is taken (`dxemu.story.any_of`), where not
    the seed draws it.
    """

    given: Mapping[str, object] = field(default_factory=dict)
    topology: str | None = None
    change: object = None
    change_at: KeyPath = ()
    seed: int | None = None
    draws: Mapping[KeyPath, int] = field(default_factory=dict)


PLAIN = Variant()


def from_words(words: Mapping[str, str]) -> Variant:
    """What `--set NAME=VALUE` says. Raises InputErrors if a value is not YAML."""
    given = {
        name: yaml.parse_whole(f"value: {text or quoted('')}", f"{SET} {name}").below("value")
        for name, text in words.items()
    }
    return Variant(given={name: tree.value for name, tree in given.items()})


def filled(tree: Tree, variant: Variant = PLAIN) -> Tree:
    """The file with nothing open any more. Raises InputErrors: DX-S030."""
    tree = _laid(tree, variant)
    if not isinstance(tree.value, dict):
        return tree
    rest = {key: value for key, value in tree.value.items() if key not in (PARAMETERS, MATRIX)}
    if PARAMETERS not in tree.value and not variant.given:
        return replace(tree, value=rest)
    written = tree.value.get(PARAMETERS) or {}
    problems = list(_wrong(written, variant, tree.marks))
    if problems:
        raise InputErrors(problems)
    assert isinstance(written, dict)
    values = {name: _as(default, variant.given.get(name, default)) for name, default in written.items()}
    filling = _Filling(values, tree.marks)
    value = {key: filling.of(inner, (key,)) for key, inner in rest.items()}
    unused = [name for name in written if name not in filling.used]
    filling.problems += [
        Problem(
            tree.marks.key_at(PARAMETERS, name),
            CODE,
            f"nothing uses '{name}'",
            f"Write ${name} somewhere, or take it out.",
        )
        for name in unused
    ]
    if filling.problems:
        raise InputErrors(filling.problems)
    return replace(tree, value=value)


def _laid(tree: Tree, variant: Variant) -> Tree:
    """The file with the topology and the change of a variant."""
    value, marks = tree.value, tree.marks
    if not isinstance(value, dict):
        return tree
    if variant.topology is not None:
        value = {**value, "topology": variant.topology}
    if isinstance(variant.change, dict) and variant.change:
        value = {**value, "change": _over(value.get("change"), variant.change)}
        for path in _leaves(variant.change, ()):
            marks = marks.replaced(("change", *path), marks, (*variant.change_at, *path))
    return replace(tree, value=value, marks=marks)


def _over(value: object, patch: object) -> object:
    if not isinstance(value, dict) or not isinstance(patch, dict):
        return patch
    return {**value, **{key: _over(value.get(key), inner) for key, inner in patch.items()}}


def _leaves(value: object, path: KeyPath) -> Iterator[KeyPath]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    else:
        yield path


@dataclass
class _Filling:
    """One walk over a file that has these `values`."""

    values: Mapping[str, object]
    marks: Marks
    used: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def of(self, value: object, path: KeyPath) -> object:
        """The value at `path` with everything filled in."""
        if isinstance(value, dict):
            return {key: self.of(inner, (*path, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.of(inner, (*path, number)) for number, inner in enumerate(value)]
        if not isinstance(value, str) or "$" not in value:
            return value
        whole = _USE.fullmatch(value)
        if whole is not None:
            return self._one(whole, path)
        return _USE.sub(lambda found: str(self._one(found, path)), value)

    def _one(self, found: re.Match[str], path: KeyPath) -> object:
        if found["dollar"]:
            return "$"
        name = found["inner"] or found["plain"]
        if name not in self.values:
            problem = f"there is no parameter {quoted(name)}"
            remedy = suggestion(name, self.values, "Write it under `parameters`, or $$ for a dollar sign.")
            self.problems.append(Problem(self.marks.at(*path), CODE, problem, remedy))
            return found[0]
        self.used.add(name)
        return self.values[name]


def _wrong(written: object, variant: Variant, marks: Marks) -> Iterator[Problem]:
    """What is wrong with the parameters themselves, and with what they are given."""
    if not isinstance(written, dict):
        remedy = "Write for example `parameters: {loss: 20 %}`."
        yield Problem(marks.key_at(PARAMETERS), CODE, f"parameters are {kind_of(written)}, not a mapping", remedy)
        return
    for name, default in written.items():
        if not _NAME.fullmatch(name):
            yield Problem(
                marks.key_at(PARAMETERS, name),
                CODE,
                f"{quoted(name)} cannot be the name of a parameter",
                "Use letters, digits and _.",
            )
        elif default is None:
            yield Problem(marks.key_at(PARAMETERS, name), CODE, f"'{name}' has no default", "Write its usual value.")
        elif problem := _beyond(name, default):
            yield Problem(marks.at(PARAMETERS, name), CODE, problem, "Correct it.")
    for name, value in variant.given.items():
        mark = Mark(f"{SET} {name}", 1, 1)
        if name not in written:
            nothing = "The scenario has no parameters."
            yield Problem(mark, CODE, f"there is no parameter {quoted(name)}", suggestion(name, written, nothing))
            continue
        default = written[name]
        if type_of(_as(default, value)) != type_of(default):
            problem = f"'{name}' is {type_of(default)}, not {kind_of(value)}"
            yield Problem(mark, CODE, problem, f"Write for example {SET} {name}={default}.")
        elif problem := _beyond(name, value):
            yield Problem(mark, CODE, problem, "Correct it.")


def _beyond(name: str, value: object) -> str:
    if isinstance(value, str) and _PERCENT.fullmatch(value) and float(value.rstrip("% ")) > _ALL_PERCENT:
        return f"'{name}' is {value}: more than all of it"
    return ""


def _as(default: object, value: object) -> object:
    """What is no text by itself is one where one is wanted: a name like 101."""
    if type_of(default) == _TEXT and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


_TEXT = "text"
_QUANTITIES: tuple[tuple[str, Callable[[object], object]], ...] = (
    ("a duration", Seconds.parse),
    ("a rate of packets", PacketsPerSecond.parse),
    ("a bit rate", BitsPerSecond.parse),
)


def type_of(value: object) -> str:
    """What a parameter is, as its default shows it."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case str() if _PERCENT.fullmatch(value):
            return "a part in percent"
        case str():
            return next((words for words, parse in _QUANTITIES if _reads(parse, value)), _TEXT)
    return "nothing"


def _reads(parse: Callable[[object], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True
