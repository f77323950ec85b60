"""Whether a BGP session is up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.measure import sessions
from dxemu.parameters import Contradiction, Need, Takes, parameter
from dxemu.story.afterwards import Deadline
from dxemu.story.expectations.base import Judged, Measured, Subject, came, deadline_of, faults_named, too_soon
from dxemu.units import Seconds
from dxemu.words import duration


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionExpected(Subject):
    """All the time, at a moment, or again within a time after a fault or its repair."""

    of: ClassVar[str] = "session"
    words: ClassVar[str] = (
        "it never goes down, or stays up; is up again within a time after the fault or its repair; or is up or down at "
        "a moment"
    )
    example: ClassVar[str] = "{session: backup, never: down}"
    exclusive: ClassVar[bool] = True

    never: str | None = parameter(Takes.WORD, need=Need.SAYS, choices=("down",))
    stays: str | None = parameter(Takes.WORD, need=Need.SAYS, choices=("up",))
    within: Seconds | None = parameter(Takes.DURATION, need=Need.SAYS)
    after: str | None = parameter(Takes.WORD, choices=("heal", "fault"))
    fault: str | None = parameter(Takes.NAME)
    is_: str | None = parameter(Takes.WORD, key="is", need=Need.SAYS, choices=("up", "down"))
    at: Seconds | str | None = parameter(Takes.MOMENT)

    def contradictions(self, said: Sequence[str]) -> Iterator[Contradiction]:
        """A word that goes with another one than that which is there."""
        if self.within is None and (self.after is not None or self.fault is not None):
            problem = f"'{said[0]}' is about the whole run: it has no after and no fault"
            remedy = "Write for example {session: backup, within: 30 s, after: heal}."
            yield Contradiction(key="", problem=problem, remedy=remedy, at_key=True)
        elif self.at is not None and self.is_ is None:
            problem = f"'{said[0]}' is not about one moment"
            remedy = "Write for example {session: backup, is: down, at: 20 s}."
            yield Contradiction(key="", problem=problem, remedy=remedy, at_key=True)

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """That it is up again, or is as it should be at a moment."""
        from dxemu.story.awaited.session import SessionAwaited  # few scenarios need it

        if (self.within is None and self.is_ is None) or self.at == "start":
            return ()
        awaited = SessionAwaited(name=self.name, is_=self.is_ or "up")
        return (deadline_of(awaited, self.at, self.within, self.after, self.fault),)

    def judge(self, measured: Measured) -> Judged:
        """By what both its ends said."""
        found = sessions.changes(measured.events, self.name)
        if not found and self.is_ is not None:  # an end that comes up always says so
            return self.is_ == "down", "it never came up"
        if not found:
            return False, f"no BGP event of session {self.name} was recorded: it never came up"
        if self.within is not None:
            return self._again(measured, found, self.within)
        if self.is_ is not None:
            return self._at_a_moment(measured, found)
        if sessions.up_again(found, 0.0) != 0.0:
            return False, "it was not up when the run started"
        down = next((c for c in found if c.t >= 0 and not c.up), None)
        if down is None:
            return True, "up all the time"
        return False, f"down at {down.t:.3f} s: {down.node} says {down.reason or 'nothing about why'}"

    def _at_a_moment(self, m: Measured, found: Sequence[sessions.SessionChange]) -> Judged:
        time = 0.0 if self.at == "start" else m.end_s if self.at is None or isinstance(self.at, str) else self.at
        last = [c for c in found if c.t <= time]
        state = "up" if last and last[-1].up else "down"
        reason = f": {last[-1].node} says {last[-1].reason or 'nothing about why'}" if last and not last[-1].up else ""
        if state == self.is_ or time >= m.end_s:
            return state == self.is_, f"{state}{reason}" + ("" if state == self.is_ else too_soon(m, self.deadlines))
        at_s = next((c.t for c in found if c.t > time and c.up is (self.is_ == "up")), None)
        return False, f"{state}{reason}; {came(at_s, m, self.deadlines)}"

    def _again(self, m: Measured, found: Sequence[sessions.SessionChange], within_s: float) -> Judged:
        after = self.after or "fault"
        times = [f.healed_at_s if after == "heal" else f.injected_at_s for f in faults_named(self.fault, m.faults)]
        since = max((t for t in times if t is not None), default=None)
        if since is None:
            return False, f"there was no {after} to count from"
        limit = min(since + within_s, m.end_s)
        last = [c for c in found if c.t <= limit]
        if last and last[-1].up:
            back = last[-1].t - since
            return True, f"up {duration(back * 1e3)} after the {after}" if back > 0 else "up all the while"
        late = sessions.up_again(found, limit)
        if late is None:
            took = f"{duration((m.end_s - since) * 1e3)} after the {after}"
            return False, f"still down at the end, {took}; {came(None, m, self.deadlines)}"
        return False, f"up only {duration((late - since) * 1e3)} after the {after}; {came(late, m)}"
