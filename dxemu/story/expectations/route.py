"""Whether a node has a route, and where it leads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.measure import routes
from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.story.afterwards import Deadline
from dxemu.story.expectations.base import Judged, Measured, Subject, came, deadline_of, faults_named, too_soon
from dxemu.units import IPNetwork, Seconds
from dxemu.words import duration

PRESENT, ABSENT = "present", "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteExpected(Subject):
    """In the kernel's table, as packets find it; of several tables of one node the last change counts."""

    of: ClassVar[str] = "node"
    words: ClassVar[str] = (
        "its kernel's route to a prefix is there, or leads over this connection, LAG or tunnel, at a moment, or within "
        "a time after the fault or its repair; or it stays so all the time, or never is"
    )
    example: ClassVar[str] = "{route: colo_router, prefix: 172.31.0.0/16, via: backup, at: end}"
    exclusive: ClassVar[bool] = True

    prefix: IPNetwork | None = parameter(Takes.NETWORK, need=Need.ALWAYS)
    is_: str | None = parameter(Takes.WORD, key="is", need=Need.SAYS, choices=(PRESENT, ABSENT))
    via: str | None = parameter(Takes.NAME, need=Need.SAYS, noun="connection")
    stays: str | None = parameter(Takes.WORD, need=Need.SAYS, choices=(PRESENT, ABSENT))
    never: str | None = parameter(Takes.WORD, need=Need.SAYS, choices=(PRESENT, ABSENT))
    at: Seconds | str | None = parameter(Takes.MOMENT)
    within: Seconds | None = parameter(Takes.DURATION)
    after: str | None = parameter(Takes.WORD, choices=("heal", "fault"))
    fault: str | None = parameter(Takes.NAME)

    @property
    def about_route(self) -> tuple[str, str] | None:
        """This one."""
        return self.name, str(self.prefix)

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """A word that goes with another one than that which is there."""
        when = [key for key in ("at", "within") if getattr(self, key) is not None]
        if (self.is_ is not None or self.via is not None) and len(when) != 1:
            problem = "'route' needs at or within" if not when else "'route' says at and within at once"
            yield Contradiction(key="", problem=problem, remedy=f"Write for example {self.example}.", at_key=True)
        elif (self.stays is not None or self.never is not None) and when:
            problem = f"'{said[0]}' is about the whole run: it has no {when[0]}"
            yield Contradiction(key=when[0], problem=problem, remedy="Take it out, or write is.", at_key=True)
        elif self.within is None and (self.after is not None or self.fault is not None):
            key = "after" if self.after is not None else "fault"
            remedy = "Write for example {route: dx_1, prefix: 10.0.0.0/16, is: absent, within: 1 s, after: fault}."
            yield Contradiction(key=key, problem=f"'{key}' goes with within", remedy=remedy, at_key=True)

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """That it is as it should be."""
        from dxemu.story.awaited.route import RouteAwaited  # few scenarios need it

        if self.prefix is None or (self.is_ is None and self.via is None) or self.at == "start":
            return ()
        awaited = RouteAwaited(name=self.name, prefix=self.prefix, is_=self.is_, via=self.via)
        return (deadline_of(awaited, self.at, self.within, self.after, self.fault),)

    def judge(self, measured: Measured) -> Judged:
        """By what the node's kernel told."""
        found = routes.changes(measured.events, self.name, str(self.prefix))
        if self.within is not None:
            return self._within(measured, found, float(self.within))
        if self.is_ is None and self.via is None:
            return self._all_the_time(measured, found)
        time = 0.0 if self.at == "start" else measured.end_s if not isinstance(self.at, float) else float(self.at)
        seen = routes.at(found, time)
        right, words = self._right(measured, seen), self._told(measured, seen)
        if right or time >= measured.end_s:
            return right, words if right else words + too_soon(measured, self.deadlines)
        at_s = next((one.t for one in found if one.t > time and self._right(measured, one)), None)
        return False, f"{words}; {came(at_s, measured, self.deadlines)}"

    def _right(self, m: Measured, seen: routes.RouteSeen | None) -> bool:
        interface = None if seen is None else seen.interface
        if self.via is not None:
            return self.via in routes.over(m.plan, self.name, interface)
        wanted = self.is_ or self.stays or (ABSENT if self.never == PRESENT else PRESENT)
        return (interface is not None) is (wanted == PRESENT)

    def _told(self, m: Measured, seen: routes.RouteSeen | None) -> str:
        if seen is None:
            return f"{self.name} never had a route to {self.prefix}"
        if seen.interface is None:
            return f"{self.name} has had no route to {self.prefix} since {seen.t:.3f} s"
        over = ", ".join(sorted(routes.over(m.plan, self.name, seen.interface))) or seen.interface
        since = f" since {seen.t:.3f} s" if seen.t > 0 else " from the start"
        return f"the route of {self.name} to {self.prefix} leads over {over}{since}"

    def _within(self, m: Measured, found: Sequence[routes.RouteSeen], within_s: float) -> Judged:
        after = self.after or "fault"
        times = [f.healed_at_s if after == "heal" else f.injected_at_s for f in faults_named(self.fault, m.faults)]
        since = max((t for t in times if t is not None), default=None)
        if since is None:
            return False, f"there was no {after} to count from"
        now = routes.at(found, since)
        later = [one for one in found if one.t > since]
        if self._right(m, now) and not later:
            return True, f"{self._told(m, now)}: all the while"
        first = next((one for one in ([now] if now is not None else []) + later if self._right(m, one)), None)
        if first is None:
            return False, f"{self._told(m, later[-1] if later else now)}; {came(None, m, self.deadlines)}"
        took_s = max(0.0, first.t - since)
        words = f"{self._told(m, first)}, {duration(took_s * 1e3)} after the {after}"
        return took_s <= within_s, words if took_s <= within_s else f"{words}; {came(first.t, m)}"

    def _all_the_time(self, m: Measured, found: Sequence[routes.RouteSeen]) -> Judged:
        first = routes.at(found, 0.0)
        if first is None and not found and (self.stays == PRESENT or self.never == ABSENT):
            return False, self._told(m, None)
        wrong = next((one for one in [first, *(c for c in found if c.t > 0)] if not self._right(m, one)), None)
        if wrong is None and self._right(m, first):
            return True, f"{self._told(m, routes.at(found, m.end_s))}: so all the time"
        return False, self._told(m, wrong)
