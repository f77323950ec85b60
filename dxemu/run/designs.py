"""The designs that a scenario's lab goes through: changes and actions, folded in the order of their times."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from dxemu.actions.base import Action, Lasting
from dxemu.control.tables import Believed
from dxemu.plan.diff import diff
from dxemu.plan.model import Plan
from dxemu.plan.order import unimportant
from dxemu.predict.changed import Redesign
from dxemu.predict.impact import Impact
from dxemu.predict.in_force import InForce
from dxemu.predict.outcome import World
from dxemu.predict.standing import cables_of, knowing, lasting
from dxemu.story.model import Scenario


@dataclass(frozen=True, kw_only=True)
class Designs:
    """`plans[0]` is that of the beginning; from `begins[i]` on, `plans[i + 1]` holds, because of `ids[i]`.

    `cleared[i]` are the sessions that an operator clears at `begins[i]`, `mistakes` the actions that cannot be done,
    or change nothing, each with the reason.
    """

    plans: tuple[Plan, ...]
    begins: tuple[float, ...] = ()
    cleared: tuple[frozenset[str], ...] = ()
    ids: tuple[str, ...] = ()
    mistakes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, scenario: Scenario, plan: Plan, changed: Sequence[Plan], acted: Sequence[Plan]) -> Designs:
        """Those of a scenario that begins as `plan`; `changed`, `acted`: plans of its changes and lasting acts."""
        turns: list[tuple[float, int, str, Plan | Action, bool]] = [
            (float(step.at), 0, step.step, design, False)
            for step, design in zip(scenario.changes, changed, strict=True)
        ]
        turns += [
            (float(step.at), 1, step.id, design, step.on_clear)
            for step, design in zip(scenario.lasting, acted, strict=True)
        ]
        others = (step for step in scenario.actions if not isinstance(step.action, Lasting))
        turns += [(float(step.at), 1, step.id, step.action, False) for step in others]
        turns.sort(key=lambda turn: turn[:2])
        now, plans, mistakes, cleared = InForce(plan), [plan], [], []
        for _, _, name, what, on_clear in turns:
            if isinstance(what, Plan):
                now = now.become(what, on_clear=on_clear)
                cleared.append(frozenset[str]())
            else:
                mistakes.append((name, what.mistake(plans[-1])))
                cleared.append(what.clears(plans[-1]))
                now = now.cleared(cleared[-1])
            plans.append(now.plan)
        begins, ids = tuple(turn[0] for turn in turns), tuple(turn[2] for turn in turns)
        found = tuple((name, why) for name, why in mistakes if why)
        return cls(plans=tuple(plans), begins=begins, cleared=tuple(cleared), ids=ids, mistakes=found)

    @cached_property
    def worlds(self) -> tuple[World, ...]:
        """The tables of each; designs that do not differ have the same."""
        found = [World(self.plans[0])]
        for before, after in zip(self.plans, self.plans[1:], strict=False):
            found.append(found[-1] if unimportant(diff(before, after)) else World(after))
        return tuple(found)

    @cached_property
    def idle(self) -> tuple[frozenset[str], ...]:
        """The sessions that AWS holds Idle in each: beyond a quota, and until an operator clears them after it."""
        found = [frozenset(self.worlds[0].layout.settled.beyond_quota)]
        for cleared, world in zip(self.cleared, self.worlds[1:], strict=True):
            found.append((found[-1] - cleared) | frozenset(world.layout.settled.beyond_quota))
        return tuple(found)

    def at(self, t: float) -> World:
        """The tables of the design that holds at a moment, and from then on."""
        return self.worlds[bisect_right(self.begins, t)]

    def turns(self, impacts: Sequence[Impact]) -> Iterator[Redesign]:
        """Each moment at which the design becomes another one, with what is broken then."""
        for number, (at, name) in enumerate(zip(self.begins, self.ids, strict=True)):
            before, after = self.worlds[number], self.worlds[number + 1]
            standing = lasting(impacts, at)
            idle = self.idle[number + 1]
            if before is not after or idle != self.idle[number]:
                known = knowing(after.plan, standing)
                yield Redesign(
                    id=name,
                    at=at,
                    before=before,
                    world=after,
                    dead=cables_of(standing),
                    known=_without(known, after.plan, idle),
                    was=_without(known, before.plan, self.idle[number]),
                    off_for=self._off_for(number),
                )

    def _off_for(self, number: int) -> float | None:
        """How long what is switched on then had been off; None: since the beginning, or nothing is."""
        on = _in_service(self.plans[number + 1]) - _in_service(self.plans[number])
        for earlier in range(number - 1, -1, -1):
            if on and on <= _in_service(self.plans[earlier]):
                return self.begins[number] - self.begins[earlier]
        return None


def _without(known: Believed, plan: Plan, idle: Collection[str]) -> Believed:
    """The same, with both ends of these sessions down."""
    ends = frozenset((s.name, end.speaker) for s in plan.sessions if s.name in idle for end in s.ends)
    return replace(known, down_ends=known.down_ends | ends) if ends else known


def _in_service(plan: Plan) -> frozenset[str]:
    return frozenset(session.name for session in plan.sessions if session.in_service)
