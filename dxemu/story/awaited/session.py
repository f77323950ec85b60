"""A BGP session goes down, or comes up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.plan.model import Plan
from dxemu.story.awaited.base import UpOrDown


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAwaited(UpOrDown):
    """By what its ends say of BGP."""

    of: ClassVar[str] = "session"
    words: ClassVar[str] = "one of its ends says that it is down, or both that it is up"
    example: ClassVar[str] = "{session: primary, is: down}"
    sign: ClassVar[str] = "bgp"

    def nodes(self, plan: Plan) -> Sequence[str]:
        """Of its speakers."""
        session = plan.session_named(self.name)
        return () if session is None else [end.node for end in session.ends]

    def never(self, plan: Plan) -> str:
        """One without BGP, and one that never comes up."""
        session = plan.session_named(self.name)
        if session is not None and session.static:
            return f"{self.name} has static routes: it is no BGP session"
        if session is not None and session.mismatch is not None and self.is_ == "up":
            return f"session {self.name} does not come up: {session.mismatch.text}"
        return ""
