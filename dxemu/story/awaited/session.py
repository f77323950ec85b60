"""A BGP session goes down, or comes up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.plan.model import BgpSession
from dxemu.story.awaited.base import SessionUpOrDown


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAwaited(SessionUpOrDown):
    """By what its ends say of BGP."""

    words: ClassVar[str] = "one of its ends says that it is down, or both that it is up"
    example: ClassVar[str] = "{session: primary, is: down}"
    sign: ClassVar[str] = "bgp"

    def lacks(self, session: BgpSession) -> str:
        """One with static routes."""
        return f"{self.name} has static routes: it is no BGP session" if session.static else ""
