"""Steps of a scenario that change its design, or take a change back: read, and checked in the order of their times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dxemu.actions.base import Lasting
from dxemu.changes.change import Change, LastingAct
from dxemu.changes.effects import Effect
from dxemu.changes.standing import Standing
from dxemu.errors import InputErrors, Mark, Problem, ProblemList, WithoutEffect
from dxemu.events.steps import step_of_change
from dxemu.parameters import lost_target
from dxemu.story.agenda import ActionStep
from dxemu.story.file import StepEntry
from dxemu.story.names import names_of
from dxemu.story.occasions import Occasion
from dxemu.topology.document import Document
from dxemu.topology.marks import KeyPath, Marks
from dxemu.topology.model import Topology
from dxemu.topology.words import kind_of, quoted, suggestion
from dxemu.topology.yaml import Tree
from dxemu.units import Seconds

BACK = "back"
_EXAMPLE = "Write for example {virtual_interfaces: {primary: {customer: {as_path_prepend: 3}}}}, or back."

PARAGRAPHS = {
    "DX-S020": """\
Somebody does something on purpose so that something changes. This changes nothing in the design of
that moment: the router announces the prefix already, or does not announce what is to be withdrawn,
neither as its own nor passed on from another router.""",
    "DX-C006": """\
The scenario changes something of its design that a lab which runs does not follow yet. It was read
and checked, with the design that it comes to. What is to hold from the start goes under the
scenario's own `change:`; the actions (docs/scenario-file.md) do some of it while a lab runs.""",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeStep:
    """From `at` on the design is `topology`, because the change called `id` is made, or taken back (`back`).

    `document` is that design as it is written. `effects` are what differs from before, each with what is done for it.
    `id` is `change`, with `#2` and so on for the second one of the scenario. `mark` is where it is written. `place` and
    `round` as in `dxemu.story.agenda.FaultStep`; `ends`: it is taken back because its `for` is over.
    """

    id: str
    at: Seconds
    back: bool
    effects: tuple[Effect, ...]
    topology: Topology = field(repr=False)
    document: Document = field(repr=False)
    mark: Mark
    place: int = 0
    round: int = 0
    ends: bool = False

    @property
    def step(self) -> str:
        """What it is called beside faults and actions."""
        return step_of_change(self.id, back=self.back)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastingStep:
    """From `at` on the design is `topology`, because the lasting act of the action step `id` is done.

    `on_clear`: what is up goes on as before until it is cleared. `document` as in `ChangeStep`.
    """

    id: str
    at: Seconds
    topology: Topology = field(repr=False)
    document: Document = field(repr=False)
    on_clear: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is due at a time: a change, an `act`, or a change taken back: the one called `which`, or the latest.

    `ends` is where the change that it takes back has its `for`, if that is why.
    """

    at: Seconds
    mark: Mark
    place: int
    round: int
    change: Change | None = None
    act: ActionStep | None = None
    which: str | None = None
    ends: Mark | None = None


@dataclass(frozen=True)
class ChangeReader:
    """Reads changes and adds what is wrong with them to `problems`. `end` is None if the file has none.

    Without a `document`, because that has mistakes, there is nothing to be changed.
    """

    document: Document | None
    end: Seconds | None
    marks: Marks
    problems: ProblemList

    def read(
        self, occasions: Sequence[Occasion], actions: Sequence[ActionStep]
    ) -> tuple[tuple[ChangeStep, ...], tuple[LastingStep, ...]]:
        """Every moment at which the design becomes another one. DX-C001 to DX-C005, DX-S002, DX-S007, DX-S008, DX-S020.

        And what the rules find wrong with the design of that moment.
        """
        if self.document is None:
            return (), ()
        orders = [*self._orders(occasions), *map(_act, (step for step in actions if isinstance(step.action, Lasting)))]
        orders.sort(key=lambda order: (order.at, order.ends is None, order.act is not None))
        stands = Standing.of(self.document)
        steps: list[ChangeStep | LastingStep] = []
        failed: set[str] = set()
        for order in orders:
            if order.which in failed:
                continue
            try:
                stands, step = _acted(stands, order.act) if order.act is not None else _done(stands, order)
            except InputErrors as errors:
                self.problems.problems += errors.problems
                failed |= {order.change.id} if order.change is not None else set()
            else:
                steps.append(step)
        changes = tuple(step for step in steps if isinstance(step, ChangeStep))
        return changes, tuple(step for step in steps if isinstance(step, LastingStep))

    def _orders(self, occasions: Sequence[Occasion]) -> Iterator[_Order]:
        """In the order of their times; those that have mistakes of form are left out, but counted."""
        number = 0
        for one in occasions:
            entry, place = one.entry, one.place
            if entry.change is None:
                if entry.interruption is not None and not one.round:
                    self._add(("steps", place, "interruption"), "DX-S002", "nothing is changed here", "Take it out.")
                continue
            path: KeyPath = ("steps", place, "change")
            if not one.round:
                self._alone(entry, path)
            self._times(one, ("steps", place))
            if _is_back(entry.change):
                yield self._back(one, path)
                continue
            number += 1
            if not isinstance(entry.change, dict):
                problem = f"a change is a mapping, this is {kind_of(entry.change)}"
                close = suggestion(str(entry.change), [BACK]) if isinstance(entry.change, str) else ""
                self._add(path, "DX-S002", problem, close if close.startswith("Did") else _EXAMPLE)
                continue
            yield from self._made(one, path, "change" if number == 1 else f"change#{number}")

    def _made(self, one: Occasion, path: KeyPath, name: str) -> Iterator[_Order]:
        mark, entry = self.marks.key_at(*path), one.entry
        patch = Tree(entry.change, self.marks.below(*path))
        change = Change(id=name, patch=patch, mark=mark, interruption=entry.interruption)
        yield _Order(at=one.at, mark=mark, place=one.place, round=one.round, change=change)
        if one.until is not None:
            ends = self.marks.at(*path[:-1], "for")
            yield _Order(at=one.until, mark=ends, place=one.place, round=one.round, which=name, ends=ends)

    def _back(self, one: Occasion, path: KeyPath) -> _Order:
        if one.until is not None:
            problem = "what is taken back stays so: `for` has no meaning here"
            self._add((*path[:-1], "for"), "DX-S002", problem, "Take it out, and change it anew later.")
        change = one.entry.change
        which = str(change[BACK]) if isinstance(change, dict) and change[BACK] is not None else None
        return _Order(at=one.at, mark=self.marks.key_at(*path), place=one.place, round=one.round, which=which)

    def _alone(self, entry: StepEntry, path: KeyPath) -> None:
        other = next((key for key in ("fault", "action") if getattr(entry, key) is not None), None)
        if other is not None:
            remedy = "Write a step for each, with the same `at`."
            self._add(path, "DX-S002", f"a step has one {other} or one change, this has both", remedy)

    def _times(self, one: Occasion, path: KeyPath) -> None:
        if self.end is None:
            return
        if one.at >= self.end:
            problem = f"the change at {one.at} never happens: the run ends at {self.end}"
            self._add((*path, "at"), "DX-S007", problem, "Move the step before the end, or end later.")
        elif one.until is not None and one.until >= self.end:
            problem = f"the change is taken back at {one.until}, but the run ends at {self.end}"
            self._add((*path, "for"), "DX-S008", problem, "Shorten `for`, leave it out (it stays), or end later.")

    def _add(self, path: KeyPath, code: str, problem: str, remedy: str) -> None:
        self.problems.add(self.marks.at(*path), code, problem, remedy)


def not_carried_out(step: ChangeStep, why: Sequence[str]) -> Problem:
    """DX-C006: a lab cannot follow a change; `why` is what it would have to do."""
    remedy = "`dxemu check` checks it. Write what holds from the start under the scenario's own `change:`."
    problem = f"a lab cannot carry this out yet: {'; '.join(why)}"
    return Problem(step.mark, "DX-C006", problem, remedy)


def acted(stands: Standing, name: str, action: Lasting, mark: Mark) -> Standing:
    """With one more act. Raises InputErrors: DX-S020, DX-S024, and what the rules find in the design after it."""

    def patch(design: Document) -> Mapping[str, object]:
        if lost := lost_target(action, names_of(design.topology())):
            remedy = "Do it while that is there."
            raise InputErrors([Problem(mark, "DX-S024", f"{name} cannot be done: there is no {lost}", remedy)])
        return action.patch(design)

    try:
        return stands.acted(LastingAct(id=name, mark=mark, patch=patch))
    except WithoutEffect as nothing:
        raise InputErrors([changes_nothing(mark, str(nothing))]) from nothing


def changes_nothing(mark: Mark, why: str) -> Problem:
    """DX-S020: what is done on purpose, and changes nothing."""
    remedy = "Name what would change." if mark.form.by_hand else "Take it out, or name what would change."
    return Problem(mark, "DX-S020", why, remedy)


def _act(step: ActionStep) -> _Order:
    return _Order(at=step.at, mark=step.mark, place=step.place, round=step.round, act=step)


def _acted(stands: Standing, step: ActionStep) -> tuple[Standing, LastingStep]:
    assert isinstance(step.action, Lasting)
    after = acted(stands, step.id, step.action, step.mark)
    design, on_clear = after.document, step.action.on_clear
    made = LastingStep(id=step.id, at=step.at, topology=design.topology(), document=design, on_clear=on_clear)
    return after, made


def _is_back(written: object) -> bool:
    return written == BACK or (isinstance(written, dict) and list(written) == [BACK])


def _done(stands: Standing, order: _Order) -> tuple[Standing, ChangeStep]:
    if order.change is not None:
        after, effects = stands.made(order.change)
        gone = order.change
    elif order.ends is not None and all(change.id != order.which for change in stands.changes):
        problem = f"{quoted(order.which)} was taken back before its `for` is over"
        raise InputErrors([Problem(order.ends, "DX-C004", problem, "Take `for` out, or the step that takes it back.")])
    else:
        after, gone, effects = stands.back(order.which, order.mark)
    step = ChangeStep(
        id=gone.id,
        at=order.at,
        back=order.change is None,
        effects=effects,
        topology=after.document.topology(),
        document=after.document,
        mark=order.mark,
        place=order.place,
        round=order.round,
        ends=order.ends is not None,
    )
    return after, step
