"""The changes of a lab that stand: which design they come to, what one more may be, and how one is taken back.

No two that stand are about the same key, so each can be taken back whatever came after it. Lasting acts are laid over
the design between them, each over that of its moment. They stay: what undoes one is another act. Where a change before
them is taken back they are done anew over what is left.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dxemu.changes.change import Change, LastingAct
from dxemu.changes.effects import Effect, effects, refusals
from dxemu.errors import InputErrors, Mark, Problem, WithoutEffect
from dxemu.topology.document import Document
from dxemu.topology.marks import KeyPath
from dxemu.topology.patch import patch_of
from dxemu.topology.words import quoted, suggestion

PARAGRAPHS = {
    "DX-C003": """\
Two changes that stand are about the same key. Which value holds would then depend on their order,
and taking the first back would undo the second. Take the first one back, or write one change: by
hand it is `dxemu change --back NAME`, or one file with both.""",
    "DX-C004": """\
`change: back` takes the latest change back that stands, `change: {back: NAME}` the one called so:
`change`, `change#2` and so on, in the order of their times. By hand these are `dxemu change --back`
and `dxemu change --back NAME`, in Python `lab.back()` and `lab.back("NAME")`. None stands at this
moment, or none of that name: a change with `for:` ends by itself, and what was taken back stands no
longer.""",
    "DX-C005": """\
The design is the same before and after the change: what it says holds already, as a default, too.
An order without effect is an error: the rehearsal would seem to show that it does no harm.""",
}

NONE = "no change stands that could be taken back"
Laid = Change | LastingAct


@dataclass(frozen=True, slots=True)
class Standing:
    """`document` is `start` with all that is `laid` over it, in the order in which it was made and done."""

    start: Document
    document: Document
    laid: tuple[Laid, ...] = ()

    @classmethod
    def of(cls, start: Document) -> Standing:
        """Nothing was changed yet. `start` has no mistakes."""
        return cls(start, start)

    @property
    def changes(self) -> tuple[Change, ...]:
        """Those that stand; acts cannot be taken back."""
        return tuple(one for one in self.laid if isinstance(one, Change))

    def acted(self, act: LastingAct) -> Standing:
        """With one more act. Raises WithoutEffect, and InputErrors for what the rules find in the design after it."""
        after = _after(self.document, act)
        after.file()
        return Standing(self.start, after, (*self.laid, act))

    def made(self, change: Change) -> tuple[Standing, tuple[Effect, ...]]:
        """With one more change, and what it does. Raises InputErrors before anything is touched.

        What the rules find in the design that comes of it; DX-C002: what cannot change; DX-C003: a key that a change
        before it is about, too; DX-C005: nothing differs.
        """
        clashes = list(self._clashes(change))
        if clashes:
            raise InputErrors(clashes)
        after = self.document.changed(change.patch)
        found = self._effects(after, change)
        return Standing(self.start, after, (*self.laid, change)), found

    def replaced(self, by: Document, change: Change) -> tuple[Standing, tuple[Effect, ...]]:
        """With another document in place of all that stood, because its file was edited; and what that does.

        `change` is how that is called. Raises InputErrors: what the rules find in it, and DX-C002.
        """
        return Standing.of(by), self._permitted(by, change)

    def back(self, which: str | None, mark: Mark) -> tuple[Standing, Change, tuple[Effect, ...]]:
        """Without the latest change, or the one called `which`; that one, and what taking it back does.

        `mark` is where that is written. Raises InputErrors: DX-C004: there is no such change; and as `made` does, if
        later changes cannot be without it.
        """
        gone = self._named(which, mark)
        left = tuple(one for one in self.laid if one is not gone)
        try:
            after = _folded(self.start, left)
            found = self._effects(after, gone)
        except InputErrors as errors:
            raise InputErrors([_seen_from(mark, problem) for problem in errors.problems]) from errors
        return Standing(self.start, after, left), gone, found

    def _effects(self, after: Document, change: Change) -> tuple[Effect, ...]:
        found = self._permitted(after, change)
        if not found:
            instead = "C" if change.mark.form.by_hand else "Take it out, or c"
            remedy = f"The design has these values already. {instead}hange something else."
            raise InputErrors([Problem(change.mark, "DX-C005", "this change changes nothing", remedy)])
        return found

    def _permitted(self, after: Document, change: Change) -> tuple[Effect, ...]:
        found = effects(self.document.file(), after.file(), change)
        refused = list(refusals(found, after))
        if refused:
            raise InputErrors(refused)
        return found

    def _clashes(self, change: Change) -> Iterator[Problem]:
        for path in written(change):
            for other in self.changes:
                if any(_overlap(path, there) for there in written(other)):
                    mark, there = change.patch.marks.at(*path), other.mark
                    by = f"'{other.id}'" if there.form.by_hand else f"'{other.id}' at {there}"
                    problem = f"{'.'.join(map(str, path))} is changed already, by {by}"
                    remedy = f"Take that one back before (`{mark.form.back(other.id)}`), or write both as one change."
                    yield Problem(mark, "DX-C003", problem, remedy)
                    break

    def _named(self, which: str | None, mark: Mark) -> Change:
        if not self.changes:
            remedy = "All is as it began." if mark.form.by_hand else "All is as it began. Take the step out."
            raise InputErrors([Problem(mark, "DX-C004", NONE, remedy)])
        found = next((change for change in reversed(self.changes) if which in (None, change.id)), None)
        if found is None:
            problem = f"no change {quoted(which)} stands"
            remedy = suggestion(str(which), [change.id for change in self.changes])
            raise InputErrors([Problem(mark, "DX-C004", problem, remedy)])
        return found


def _folded(start: Document, laid: Sequence[Laid]) -> Document:
    """All of it laid over `start`. An act that changes nothing where it is done anew is left out."""
    for one in laid:
        with contextlib.suppress(WithoutEffect):
            start = _after(start, one)
    return start


def _after(document: Document, one: Laid) -> Document:
    patch = one.patch if isinstance(one, Change) else patch_of(one.patch(document), one.mark)
    return document.changed(patch)


def written(change: Change) -> tuple[KeyPath, ...]:
    """The keys that a change is about, by their paths in its patch: all that have no mapping under them."""
    return tuple(_leaves(change.patch.value, ()))


def _leaves(value: object, path: KeyPath) -> Iterator[KeyPath]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, str(key)))
    else:
        yield path


def _overlap(one: KeyPath, other: KeyPath) -> bool:
    """Whether one of two paths leads to, or into, what the other is about."""
    size = min(len(one), len(other))
    return one[:size] == other[:size]


def _seen_from(mark: Mark, problem: Problem) -> Problem:
    """A problem of the design after something was taken back, told where that is written."""
    where = "" if problem.mark.form.by_hand else f" at {problem.mark}"
    return replace(problem, mark=mark, remedy=f"{problem.remedy} It shows{where} once this is taken back.")
