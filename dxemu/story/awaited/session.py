"""A BGP session goes down, or comes up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.plan.model import Plan
from dxemu.story.awaited.base import Awaited, WatchedLab


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAwaited(Awaited):
    """Down as soon as one of its ends says so, up once both do."""

    of: ClassVar[str] = "session"
    words: ClassVar[str] = "one of its ends says that it is down, or both that it is up"
    example: ClassVar[str] = "{session: primary, is: down}"

    is_: str = parameter(Takes.WORD, key="is", need=Need.ALWAYS, choices=("up", "down"))

    @property
    def needs_a_cause(self) -> bool:
        """Whether it is down."""
        return self.is_ == "down"

    def never(self, plan: Plan) -> str:
        """One without BGP, and one that never comes up."""
        session = plan.session_named(self.name)
        if session is not None and session.static:
            return f"{self.name} has static routes: it is no BGP session"
        if session is not None and session.mismatch is not None and self.is_ == "up":
            return f"session {self.name} does not come up: {session.mismatch.text}"
        return ""

    def holds(self, lab: WatchedLab) -> bool:
        """By what each end said last."""
        session = lab.plan.session_named(self.name)
        ends = () if session is None else session.ends
        up = bool(ends) and all(lab.is_up("bgp", self.name, end.node) for end in ends)
        return up is (self.is_ == "up")
