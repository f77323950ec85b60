"""The `matrix` of a scenario: axes with values, and a line for each combination of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from dxemu.errors import InputErrors, Problem
from dxemu.story.variant import MATRIX, PARAMETERS, PLAIN, Variant, type_of
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import kind_of, quoted, suggestion
from dxemu.topology.yaml import Tree

CODE = "DX-S031"
TOPOLOGY, SEED = "topology", "seed"
MOST_SEEDS = 1_000_000
_SEEDS = re.compile(r"\s*([0-9]{1,18})\s+to\s+([0-9]{1,18})\s*")

PARAGRAPHS = {
    "DX-S031": """\
A scenario's `matrix` is run once for each combination of the values of its axes: `topology` (a list
of names), `seed` (a list, or `1 to 50`), a parameter of the scenario (a list of values of its kind,
or values by name), and one axis of changes of the design by name, as `bfd: {on: {}, off:
{virtual_interfaces: {primary: {bfd: off}}}}`.""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixLine:
    """One combination: `names` are the axes, each with what its value is called."""

    names: tuple[tuple[str, str], ...]
    variant: Variant

    @property
    def words(self) -> str:
        """`topology high_resiliency, bfd off, seed 3`."""
        return ", ".join(f"{axis} {name}" for axis, name in self.names)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Its axes, each with its values by name: what each does to a variant."""

    axes: Mapping[str, Mapping[str, Variant]]

    @property
    def size(self) -> int:
        """How many lines it has."""
        return prod(len(values) for values in self.axes.values())

    def lines(self, base: Variant = PLAIN) -> Iterator[MatrixLine]:
        """All of them, the last axis changing fastest; what they leave open is as in `base`."""
        for chosen in product(*(values.items() for values in self.axes.values())):
            variant = base
            for _, one in chosen:
                variant = _and(variant, one)
            names = tuple(zip(self.axes, (name for name, _ in chosen), strict=True))
            yield MatrixLine(names=names, variant=variant)


def matrix_of(tree: Tree, base: Variant = PLAIN) -> Matrix | None:
    """The matrix of a file; None if it has none. Raises InputErrors: DX-S031."""
    written = tree.value.get(MATRIX) if isinstance(tree.value, dict) else None
    if written is None:
        return None
    reader = _Reader(tree, base)
    axes = {axis: reader.axis(axis, value) for axis, value in written.items()} if isinstance(written, dict) else {}
    if not axes:
        remedy = "Write for example `matrix: {seed: 1 to 50}`."
        reader.add((MATRIX,), f"a matrix is a mapping of axes, this is {kind_of(written or None)}", remedy)
    if reader.problems:
        raise InputErrors(reader.problems)
    return Matrix(axes)


def _and(variant: Variant, more: Variant) -> Variant:
    """Both; an axis of changes is laid over what another one has laid over the design."""
    change, at = (more.change, more.change_at) if more.change is not None else (variant.change, variant.change_at)
    return replace(
        variant,
        given={**variant.given, **more.given},
        topology=more.topology or variant.topology,
        change=change,
        change_at=at,
        seed=variant.seed if more.seed is None else more.seed,
    )


class _Reader:
    """Reads the axes of one file."""

    def __init__(self, tree: Tree, base: Variant) -> None:
        value = tree.value if isinstance(tree.value, dict) else {}
        found = value.get(PARAMETERS)
        self.problems: list[Problem] = []
        self._marks: Marks = tree.marks
        self._parameters: Mapping[str, object] = found if isinstance(found, dict) else {}
        self._base = base
        self._changes = ""

    def axis(self, axis: str, value: object) -> Mapping[str, Variant]:
        """The values of an axis by name; none, and a problem, if they cannot be read."""
        path: KeyPath = (MATRIX, axis)
        if axis == SEED:
            return {str(seed): Variant(seed=seed) for seed in self._seeds(value, path)}
        if axis == TOPOLOGY:
            named = self._named(value, path)
            return {name: Variant(topology=str(one)) for name, one in named.items()}
        if axis in self._parameters:
            return self._of_parameter(axis, self._named(value, path), path)
        if not isinstance(value, dict):
            problem = f"{quoted(axis)} is no parameter, and has no changes by name"
            nothing = "Write it under `parameters`, or changes: `bfd: {on: {}, off: {virtual_interfaces: ...}}`."
            self.add(path, problem, suggestion(axis, [*self._parameters, SEED, TOPOLOGY], nothing))
            return {}
        if self._changes:
            problem = f"'{self._changes}' and '{axis}' both change the design"
            self.add(path, problem, "Make them one axis, with a name for each combination.")
        self._changes = axis
        return self._of_changes(value, path)

    def _of_parameter(self, axis: str, values: Mapping[str, object], path: KeyPath) -> Mapping[str, Variant]:
        if axis in self._base.given:
            self.add(path, f"'{axis}' is given by --set, too", "Leave one of them out.")
        wanted = type_of(self._parameters[axis])
        for one in values.values():
            if type_of(one) != wanted:
                self.add(path, f"'{axis}' is {wanted}, not {kind_of(one)}", f"Its default is {self._parameters[axis]}.")
        return {name: Variant(given={axis: one}) for name, one in values.items()}

    def _of_changes(self, values: Mapping[str, object], path: KeyPath) -> Mapping[str, Variant]:
        found = {}
        for name, change in values.items():
            if change is not None and not isinstance(change, dict):
                self.add((*path, name), f"a change is a mapping, this is {kind_of(change)}", "{} changes nothing.")
            found[str(name)] = Variant(change=change or {}, change_at=(*path, name))
        return found

    def _named(self, value: object, path: KeyPath) -> Mapping[str, object]:
        """Values by name; those of a list are called as they are written."""
        if isinstance(value, dict) and value:
            return {str(name): one for name, one in value.items()}
        if isinstance(value, list) and value:
            found = {str(one): one for one in value}
            if len(found) == len(value):
                return found
            self.add(path, "a value stands here twice", "Keep one of them.")
            return found
        self.add(path, f"an axis has a list of values, this is {kind_of(value)}", "Write for example [1 s, 2 s].")
        return {}

    def _seeds(self, value: object, path: KeyPath) -> list[int]:
        match = _SEEDS.fullmatch(value) if isinstance(value, str) else None
        if match is not None and 0 <= int(match[2]) - int(match[1]) < MOST_SEEDS:
            return list(range(int(match[1]), int(match[2]) + 1))
        whole = isinstance(value, list) and all(isinstance(one, int) and not isinstance(one, bool) for one in value)
        if isinstance(value, list) and whole and value and min(value) >= 0 and len(set(value)) == len(value):
            return value
        problem = f"{kind_of(value)} is no list of seeds"
        self.add(path, problem, "Write for example [1, 2, 3], or 1 to 50: each once, from 0 on.")
        return []

    def add(self, path: KeyPath, problem: str, remedy: str) -> None:
        """Note a mistake at a value."""
        self.problems.append(Problem(self._marks.at(*path), CODE, problem, remedy))
