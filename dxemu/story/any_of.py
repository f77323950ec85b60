"""`any_of` in a step's fault or action: one of several is drawn by the run's seed.

It may stand for the whole fault, or for a value in it: `{cable_cut: {connection: {any_of: [primary, backup]}}}`. Each
place draws by itself, so that a step more changes nothing of what the others draw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from dxemu.errors import InputErrors, Problem
from dxemu.story.line_reader import in_one_row
from dxemu.story.variant import Variant, filled
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.words import kind_of
from dxemu.topology.yaml import Tree

CODE = "DX-S032"
ANY_OF = "any_of"
SEED = 1
"""Of who says none: that of the commands."""
_DEEDS = ("fault", "action")

PARAGRAPHS = {
    "DX-S032": """\
`any_of` is a list of two values or more, of which the run's seed draws one: whole faults, as
`fault: {any_of: [{cable_cut: {connection: primary}}, {node_down: {device: dx_1}}]}`, or values of
a fault, as `{cable_cut: {connection: {any_of: [primary, backup]}}}`. Each of them is checked,
whatever the seed draws.""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What the step of this `number` (from 1) has drawn for `key`: `words`, one `of` so many. `at` is where it stands.

    `index` is its place in the list, from 0.
    """

    number: int
    key: str
    words: str
    of: int
    at: KeyPath
    index: int


@dataclass
class _Drawing:
    """One walk over what can be drawn: `given` are draws by their places, the others are the seed's."""

    seed: int
    given: Mapping[KeyPath, int]
    marks: Marks
    draws: list[Draw] = field(default_factory=list)

    def of(self, value: object, path: KeyPath) -> object:
        """The value at `path` with everything drawn."""
        if isinstance(value, list):
            return [self.of(one, (*path, number)) for number, one in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if set(value) != {ANY_OF}:
            return {key: self.of(one, (*path, key)) for key, one in value.items()}
        choices = value[ANY_OF]
        index = self.given.get(path, len(choices))
        if index >= len(choices):
            index = Random(f"{ANY_OF} {self.seed} {'/'.join(map(str, path))}").randrange(len(choices))
        there = (*path, ANY_OF, index)
        place = len(self.draws)
        found = self.of(choices[index], there)
        self.marks = self.marks.replaced(path, self.marks, there)
        self.draws.insert(place, _draw(path, found, len(choices), index))
        return found


def drawn(tree: Tree, variant: Variant) -> tuple[Tree, tuple[Draw, ...]]:
    """The file, with one value for each `any_of`, and what was drawn. Raises InputErrors: DX-S032."""
    steps = tree.value.get("steps") if isinstance(tree.value, dict) else None
    if not isinstance(tree.value, dict) or not isinstance(steps, list):
        return tree, ()
    if problems := [one for path, value in _deeds(steps) for one in _wrong(value, path, tree.marks)]:
        raise InputErrors(problems)
    drawing = _Drawing(SEED if variant.seed is None else variant.seed, variant.draws, tree.marks)
    found: list[object] = [dict(step) if isinstance(step, dict) else step for step in steps]
    for path, value in _deeds(steps):
        _, number, key = path
        step = found[int(number)]
        assert isinstance(step, dict)  # it has a deed
        step[key] = drawing.of(value, path)
    if not drawing.draws:
        return tree, ()
    return replace(tree, value={**tree.value, "steps": found}, marks=drawing.marks), tuple(drawing.draws)


def settled(tree: Tree, variant: Variant) -> Variant:
    """The variant without its seed, and with what that draws: those that draw the same are the same."""
    try:
        _, draws = drawn(filled(tree, variant), variant)
    except InputErrors:  # whoever reads the file says so
        draws = ()
    return replace(variant, seed=None, draws={draw.at: draw.index for draw in draws})


def others(tree: Tree, variant: Variant) -> Iterator[Variant]:
    """Variants that draw otherwise, so that each value of each list is drawn in one of them, or in this one.

    The file is filled in; no list of it is wrong.
    """
    known: set[tuple[KeyPath, int]] = set()
    waiting = [variant]
    while waiting:
        one = waiting.pop(0)
        _, draws = drawn(tree, one)
        new = {(draw.at, draw.index) for draw in draws} - known
        if new and one is not variant:
            yield one
        known |= new
        for draw in draws if new else ():
            elsewhere = {other.at: other.index for other in draws if other.at != draw.at}
            left = [index for index in range(draw.of) if (draw.at, index) not in known]
            waiting += [replace(variant, draws={**elsewhere, draw.at: index}) for index in left]


def _deeds(steps: Sequence[object]) -> Iterator[tuple[KeyPath, object]]:
    for number, step in enumerate(steps):
        yield from ((("steps", number, key), step[key]) for key in _DEEDS if isinstance(step, dict) and key in step)


def _wrong(value: object, path: KeyPath, marks: Marks) -> Iterator[Problem]:
    """Every list of which nothing can be drawn, also in what is not drawn itself."""
    if isinstance(value, dict):
        for key, inner in value.items():
            few = not isinstance(inner, list) or len(inner) < 2  # noqa: PLR2004 - one is no choice
            if key == ANY_OF and few:
                here = f"a list of {len(inner)}" if isinstance(inner, list) else kind_of(inner)
                remedy = "Write for example {any_of: [primary, backup]}."
                yield Problem(marks.at(*path, key), CODE, f"nothing can be drawn from {here}", remedy)
            elif key == ANY_OF and len(value) > 1:
                remedy = "Write all of them into the list, or a step for each."
                yield Problem(marks.key_at(*path, key), CODE, "`any_of` stands alone", remedy)
            else:
                yield from _wrong(inner, (*path, key), marks)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _wrong(inner, (*path, number), marks)


def _draw(path: KeyPath, found: object, of: int, index: int) -> Draw:
    _, number, *inner = path
    key = next((str(one) for one in reversed(inner) if isinstance(one, str)), "")
    return Draw(number=int(number) + 1, key=key, words=in_one_row(found), of=of, at=path, index=index)
