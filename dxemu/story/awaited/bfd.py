"""The BFD of a session goes down, or comes up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.plan.model import BgpSession
from dxemu.story.awaited.base import SessionUpOrDown


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdAwaited(SessionUpOrDown):
    """By what its ends say of BFD, which is not always what they make of it (RFC 5882 section 3.2)."""

    words: ClassVar[str] = "one end of its BFD says that it is down, or both that it is up"
    example: ClassVar[str] = "{bfd: primary, is: down}"
    sign: ClassVar[str] = "bfd"

    def lacks(self, session: BgpSession) -> str:
        """One without BFD."""
        return f"session {self.name} has no BFD" if not session.has_bfd else ""
