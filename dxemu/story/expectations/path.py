"""Which way packets go."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.plan.model import Plan
from dxemu.story.afterwards import Deadline
from dxemu.story.expectations.base import (
    Judged,
    Measured,
    Subject,
    came,
    deadline_of,
    directions,
    faults_named,
    together,
    too_soon,
)
from dxemu.units import Seconds
from dxemu.words import direction as in_words
from dxemu.words import duration

if TYPE_CHECKING:  # see dxemu.story.expectations.base
    from dxemu.measure.result import PathSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class PathExpected(Subject):
    """What the way leads over: at a moment, within a time after a fault or its repair, all the time, or never."""

    of: ClassVar[str] = "sending probe"
    words: ClassVar[str] = (
        "its way leads over this connection, LAG or tunnel at a moment, or within a time after the fault or its "
        "repair; or stays there all the time, or never leads over it"
    )
    example: ClassVar[str] = "{path: app, via: backup, at: end}"
    exclusive: ClassVar[bool] = True

    via: str | None = parameter(Takes.NAME, need=Need.SAYS, noun="connection")
    stays: str | None = parameter(Takes.NAME, need=Need.SAYS, noun="connection")
    never: str | None = parameter(Takes.NAME, need=Need.SAYS, noun="connection")
    at: Seconds | str | None = parameter(Takes.MOMENT)
    within: Seconds | None = parameter(Takes.DURATION)
    after: str | None = parameter(Takes.WORD, choices=("heal", "fault"))
    fault: str | None = parameter(Takes.NAME)
    direction: str | None = parameter(Takes.WORD, choices=("to_aws", "from_aws"))

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """A word that goes with another one than that which is there."""
        when = [key for key in ("at", "within") if getattr(self, key) is not None]
        if self.via is not None and len(when) != 1:
            problem = "'path' needs at or within" if not when else "'path' says at and within at once"
            yield Contradiction(key="", problem=problem, remedy=f"Write for example {self.example}.", at_key=True)
        elif self.via is None and when:
            problem = f"'{said[0]}' is about the whole run: it has no {when[0]}"
            yield Contradiction(key=when[0], problem=problem, remedy="Take it out, or write via.", at_key=True)
        elif self.within is None and (self.after is not None or self.fault is not None):
            key = "after" if self.after is not None else "fault"
            problem = f"'{key}' goes with within"
            remedy = "Write for example {path: app, via: backup, within: 1 s, after: fault}."
            yield Contradiction(key=key, problem=problem, remedy=remedy, at_key=True)

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """That it leads there, each direction by itself."""
        return tuple(one for direction in directions(self.direction) for one in self._deadlines(direction))

    def _deadlines(self, direction: str) -> tuple[Deadline, ...]:
        from dxemu.story.awaited.path import PathAwaited  # few scenarios need it

        if self.via is None or self.at == "start":
            return ()
        awaited = PathAwaited(name=self.name, via=self.via, direction=direction)
        return (deadline_of(awaited, self.at, self.within, self.after, self.fault),)

    def judge(self, measured: Measured) -> Judged:
        """By what the kernels' tables gave."""
        return together(self._judge(measured, direction) for direction in directions(self.direction))

    def _judge(self, m: Measured, direction: str) -> Judged:
        from dxemu.measure import paths  # see above

        if self.via is None:
            return self._all_the_time(m, direction)
        if self.within is not None:
            return self._within(m, direction, float(self.within))
        if self.at == "start":
            seen = paths.path_at_start(m.plan, m.events, self.name, direction)
        else:
            time = math.inf if isinstance(self.at, str) or self.at is None else float(self.at)
            seen = paths.path_at(m.plan, m.events, self.name, direction, time)
        if seen is None:
            return False, f"the path {in_words(direction)} was not asked for by then"
        words, right = f"{in_words(direction)}: {seen.text}", self._leads(m.plan, seen, self.via)
        if right or self.at == "end":
            return right, words if right else words + too_soon(m, self._deadlines(direction))
        later = [one for one in paths.seen(m.plan, m.events, self.name, direction) if one.t_s > seen.t_s]
        at_s = next((one.t_s for one in later if self._leads(m.plan, one, self.via)), None)
        return False, f"{words}; {came(at_s, m, self._deadlines(direction))}"

    def _within(self, m: Measured, direction: str, within_s: float) -> Judged:
        from dxemu.measure import paths  # see above

        after = self.after or "fault"
        times = [f.healed_at_s if after == "heal" else f.injected_at_s for f in faults_named(self.fault, m.faults)]
        since = max((t for t in times if t is not None), default=None)
        if since is None:
            return False, f"there was no {after} to count from"
        later = [one for one in paths.seen(m.plan, m.events, self.name, direction) if one.t_s > since]
        now = paths.path_at(m.plan, m.events, self.name, direction, since)
        if now is not None and self._leads(m.plan, now, self.via) and not later:
            return True, f"{in_words(direction)}: over {self.via} all the while"
        first = next((one for one in later if self._leads(m.plan, one, self.via)), None)
        if first is None:
            last = later[-1] if later else now
            where = f"; {last.text}" if last is not None else ""
            never = f"never over {self.via} after the {after}"
            return False, f"{in_words(direction)}: {never}{where}; {came(None, m, self._deadlines(direction))}"
        words = f"over {self.via} {duration((first.t_s - since) * 1e3)} after the {after}"
        in_time = first.t_s - since <= within_s
        return in_time, f"{in_words(direction)}: {words}" + ("" if in_time else f"; {came(first.t_s, m)}")

    def _all_the_time(self, m: Measured, direction: str) -> Judged:
        from dxemu.measure import paths  # see above

        found = [one for one in paths.seen(m.plan, m.events, self.name, direction) if one.t_s >= 0]
        if not found:
            return False, f"the path {in_words(direction)} was never asked for"
        wanted = self.stays is not None
        wrong = next((one for one in found if self._leads(m.plan, one, self.stays or self.never) != wanted), None)
        if wrong is None:
            return True, f"{in_words(direction)}: {'always' if wanted else 'never'} over {self.stays or self.never}"
        before = found[max(0, found.index(wrong) - 1)]
        return False, f"{in_words(direction)}: at {wrong.t_s:.3f} s {_parted(before, wrong)}{wrong.text}"

    @staticmethod
    def _leads(plan: Plan, seen: PathSeen, over: str | None) -> bool:
        return seen.complete and over in _carriers(plan, seen)


def _parted(before: PathSeen, after: PathSeen) -> str:
    """The node at which the second way leaves the first one."""
    pairs = zip(before.hops, after.hops, strict=False)
    same = next((number for number, (one, other) in enumerate(pairs) if one != other), 0)
    return f"it left at {after.hops[(same - 1) // 2 * 2]}: " if same else ""


def _carriers(plan: Plan, seen: PathSeen) -> set[str]:
    """The connections and tunnels on a path, and the LAGs that the connections are members of."""
    cables = (cable for name in seen.connections for cable in plan.cables_of_connection(name))
    bonds = (plan.bond_over(cable.a.node, cable.a.name) for cable in cables)
    return {*seen.connections, *(bond.lag for bond in bonds if bond is not None)}
