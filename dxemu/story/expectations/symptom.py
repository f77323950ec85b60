"""What is seen of a session whose two ends do not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.sessions import SymptomSeen
from dxemu.parameters import Need, Takes, parameter
from dxemu.plan.mismatch import Symptom
from dxemu.story.expectations.base import Judged, Measured, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomExpected(Subject):
    """What an engineer sees of a session that does not come up."""

    of: ClassVar[str] = "session"
    words: ClassVar[str] = "its ends do not fit, and that is what is seen first"
    example: ClassVar[str] = "{symptom: primary, is: bad_peer_as}"

    is_: str | None = parameter(Takes.WORD, key="is", need=Need.SAYS, choices=tuple(s.value for s in Symptom))

    def judge(self, measured: Measured) -> Judged:
        """By what kernels and daemons said before the run started."""
        seen = next((e for e in measured.events if isinstance(e, SymptomSeen) and e.session == self.name), None)
        if seen is None:
            return False, "nothing of the kind was seen"
        return seen.symptom == self.is_, f"{seen.symptom}: {seen.detail}"
