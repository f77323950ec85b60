"""What every event is that can be waited for, and what a lab is to it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from dxemu.events.last_words import LastWords
from dxemu.parameters import Need, Takes, parameter, parameters_of
from dxemu.plan.model import BgpSession, Plan
from dxemu.registry import kind_of
from dxemu.story.line import Line


class WatchedLab(Protocol):
    """A running lab as who waits for an event needs it."""

    @property
    def plan(self) -> Plan:
        """What it is now."""

    @property
    def paths(self) -> Mapping[tuple[str, str], tuple[Sequence[str], bool]]:
        """Hops, and whether they lead to the end, by probe and direction."""

    @property
    def spreads(self) -> Mapping[tuple[str, str], tuple[int, Mapping[str, object]]]:
        """Of a probe's flows how many there are, and lead over what, by probe and direction, as for `FlowsSpread`."""

    @property
    def signs(self) -> LastWords:
        """What its ends and kernels said last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited(Line):
    """One kind: it has come as soon as `holds`. What is so already need not be waited for."""

    @property
    def needs_a_cause(self) -> bool:
        """Whether it cannot come unless something is broken, or done, before."""
        return False

    @property
    def about_flows(self) -> str:
        """The probe whose every flow's way it needs; "" if it needs none."""
        return ""

    @property
    def about_outages(self) -> str:
        """The probe of which it needs to know at once when packets cease to arrive; "" if it needs none."""
        return ""

    def never(self, plan: Plan) -> str:
        """Why it can never come in a lab of this plan, in words; "" if it can."""
        del plan
        return ""

    @property
    def text(self) -> str:
        """As it is written: `session primary is down`."""
        known = ((p.key, getattr(self, p.attribute)) for p in parameters_of(type(self)))
        words = (kind_of(type(self)), self.name, *(f"{key} {value}" for key, value in known if value is not None))
        return " ".join(words)

    @abstractmethod
    def holds(self, lab: WatchedLab) -> bool:
        """Whether it is so now, as the kernels and daemons have told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOrDown(Awaited):
    """Of what has two ends: down as soon as one of them says so, up once both do.

    `sign` is what they say it by, `down` the word for it.
    """

    sign: ClassVar[str]
    down: ClassVar[str] = "down"

    is_: str = parameter(Takes.WORD, key="is", need=Need.ALWAYS, choices=("up", "down"))

    @abstractmethod
    def ends(self, plan: Plan) -> Sequence[tuple[str, str]]:
        """What each of its ends calls it, and that end's node; nothing if the plan does not have it."""

    @property
    def needs_a_cause(self) -> bool:
        """Whether it is down."""
        return self.is_ == self.down

    def holds(self, lab: WatchedLab) -> bool:
        """By what each end said last."""
        ends = self.ends(lab.plan)
        up = bool(ends) and all(lab.signs.is_up(self.sign, name, node) for name, node in ends)
        return up is (self.is_ != self.down)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUpOrDown(UpOrDown):
    """Of a session, by what its speakers say."""

    of: ClassVar[str] = "session"

    def ends(self, plan: Plan) -> Sequence[tuple[str, str]]:
        """Its speakers' nodes."""
        session = plan.session_named(self.name)
        return () if session is None else [(self.name, end.node) for end in session.ends]

    @abstractmethod
    def lacks(self, session: BgpSession) -> str:
        """Why this session never says anything of it, in words; "" if it does."""

    def never(self, plan: Plan) -> str:
        """One that does not have it, and one that never comes up."""
        session = plan.session_named(self.name)
        if session is None:
            return ""
        if why := self.lacks(session):
            return why
        if session.mismatch is not None and self.is_ != self.down:
            return f"session {self.name} does not come up: {session.mismatch.text}"
        return ""
