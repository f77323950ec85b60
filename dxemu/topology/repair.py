"""A file with mistakes of form, as it was most likely meant: so that its mistakes of meaning are told with them.

A misspelt key gets its name, an unknown one is left out, a wrong value gives way to its default or to a harmless one.
What hangs on a value that is not known is not judged.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from dxemu.errors import Mark, Problem
from dxemu.topology.invalid import field_at, fields_by_key, meant, model_at, problems_of
from dxemu.topology.marks import KeyPath, Marks

_M = TypeVar("_M", bound=BaseModel)
ROUNDS = 4
"""Validators look at what others let through, so that a mistake may show once another is mended."""
HARMLESS = {"bandwidth": "10 Gbps", "delay": "1 ms"}


@dataclass
class Repaired(Generic[_M]):
    """What was understood: `entry` is None if nothing was.

    `spoilt` are the entries in which something is not as it was written, `lost` the paths of the values that were left
    out or replaced. `renamed` are paths as they should be, with those that were written; `moved` those of entries of
    lists that stand elsewhere since one before them was left out.
    """

    problems: list[Problem]
    entry: _M | None = None
    spoilt: set[KeyPath] = field(default_factory=set)
    lost: set[KeyPath] = field(default_factory=set)
    renamed: dict[KeyPath, KeyPath] = field(default_factory=dict)
    moved: dict[KeyPath, KeyPath] = field(default_factory=dict)


def validated(root: type[_M], value: object, marks: Marks) -> Repaired[_M]:
    """`value` as a `root`, mended as far as it can be, with a problem for each mistake."""
    found: Repaired[_M] = Repaired([])
    tree = value
    for turn in range(ROUNDS):
        try:
            found.entry = root.model_validate(tree)
        except ValidationError as error:
            if turn == 0:
                tree = copy.deepcopy(value)
            _tell(found, error, root, marks)
            if not all([_mend(found, tree, tuple(d["loc"]), d["type"], root) for d in _in_order(error)]):
                return found
        else:
            return found
    return found


def _tell(found: Repaired[_M], error: ValidationError, root: type[_M], marks: Marks) -> None:
    """Keep the problems of `error`, but none with a value under a key whose meaning was guessed."""
    known = {(problem.mark, problem.code) for problem in found.problems}
    guessed = [marks.at(*written) for written in found.renamed.values()]
    for problem in problems_of(error, root, marks_of(found, marks)):
        if (problem.mark, problem.code) not in known and problem.mark not in guessed:
            found.problems.append(problem)


def _in_order(error: ValidationError) -> Sequence[dict[str, Any]]:
    """Unknown keys first; entries of lists from the last to the first, so that taking one out moves none of them."""
    details: list[dict[str, Any]] = [{**detail} for detail in error.errors(include_url=False)]
    details.sort(key=lambda d: [str(key).rjust(12) for key in tuple(d["loc"])], reverse=True)
    return sorted(details, key=lambda d: d["type"] != "extra_forbidden")


def _mend(found: Repaired[_M], tree: object, path: KeyPath, kind: object, root: type[_M]) -> bool:
    """Mend one mistake in `tree`. False if it cannot be."""
    if not path:
        return False
    here = _below(tree, path[:-1])
    if kind == "extra_forbidden" and isinstance(here, dict):
        value = here.pop(path[-1], None)
        key = meant(path, root)
        if key is not None and key not in here and key not in _taken(here, path, root):
            here[key] = value
            found.renamed[*path[:-1], key] = path
        return True
    if kind == "missing" and isinstance(here, dict) and path[-1] in here:
        return True
    field_ = field_at(root, path)
    found.spoilt.add(path[:-1])
    found.lost.add(path)
    if isinstance(here, dict) and path[-1] in HARMLESS and field_ is not None:
        here[str(path[-1])] = HARMLESS[str(path[-1])]
        return True
    if isinstance(here, dict) and path[-1] in here and (field_ is None or not field_.is_required()):
        here.pop(path[-1], None)
        return True
    if isinstance(here, list):
        return _drop(found, here, path)
    return _without_entry(found, tree, path[:-1], root)


def _without_entry(found: Repaired[_M], tree: object, path: KeyPath, root: type[_M]) -> bool:
    """Leave out the entry at `path`, in which something is needed that is not known."""
    while path:
        here, key = _below(tree, path[:-1]), path[-1]
        free = field_at(root, path)
        if (free is None or not free.is_required()) and isinstance(here, dict | list):
            found.lost.add(path)
            found.spoilt.add(path)
            if isinstance(here, dict):
                here.pop(key, None)
                return True
            return _drop(found, here, path)
        path = path[:-1]
    return False


def _drop(found: Repaired[_M], here: list[object], path: KeyPath) -> bool:
    """Leave out an entry of a list."""
    number = path[-1]
    if not isinstance(number, int) or number >= len(here):
        return False
    del here[number]
    for later in range(number, len(here)):
        behind = (*path[:-1], later + 1)
        found.moved[*path[:-1], later] = found.moved.get(behind, behind)
    return True


def _taken(here: dict[str, object], path: KeyPath, root: type[_M]) -> set[str]:
    """The keys that other unknown keys of this mapping were meant to be."""
    model = model_at(root, path[:-1])
    return set(here) & set(fields_by_key(model)) if model is not None else set()


def _below(tree: object, path: KeyPath) -> object:
    for key in path:
        if isinstance(tree, dict):
            tree = tree.get(str(key))
        elif isinstance(tree, list) and isinstance(key, int) and key < len(tree):
            tree = tree[key]
        else:
            return None
    return tree


class _Renamed(Marks):
    """Marks by the paths of the repaired file: what stands under a misspelt key is where that key is."""

    def __init__(self, marks: Marks, renamed: dict[KeyPath, KeyPath]) -> None:
        super().__init__(marks.file, {}, marks.lines)
        self._of, self._renamed = marks, renamed

    def at(self, *path: str | int) -> Mark:
        return self._of.at(*self._written(path))

    def key_at(self, *path: str | int) -> Mark:
        return self._of.key_at(*self._written(path))

    def below(self, *path: str | int) -> Marks:
        return self._of.below(*self._written(path))

    def _written(self, path: KeyPath) -> KeyPath:
        for size in range(len(path), 0, -1):
            if path[:size] in self._renamed:
                return (*self._written(self._renamed[path[:size]][:-1]), self._renamed[path[:size]][-1], *path[size:])
        return path


def marks_of(found: Repaired[_M], marks: Marks) -> Marks:
    """The marks of the repaired file."""
    return renamed(marks, found.moved | found.renamed)


def renamed(marks: Marks, paths: dict[KeyPath, KeyPath]) -> Marks:
    """Marks by other paths: those that are asked for, with those that are written."""
    return _Renamed(marks, paths) if paths else marks
