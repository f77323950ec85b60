"""A probe's packets cease to arrive, or arrive again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.probes import BEGUN, OVER
from dxemu.events.timeline import DIRECTIONS
from dxemu.parameters import Need, Takes, parameter
from dxemu.story.awaited.base import Awaited, WatchedLab


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageAwaited(Awaited):
    """Begun in either direction, over in both, unless one is said. Packets that are lost among others are no outage."""

    of: ClassVar[str] = "probe"
    words: ClassVar[str] = (
        "nothing of one of its flows arrives for 100 ms, or three of its intervals if that is longer, beyond what its"
        " packets take; or all of them arrive again"
    )
    example: ClassVar[str] = "{outage: app, is: begun}"

    is_: str = parameter(Takes.WORD, key="is", need=Need.ALWAYS, choices=(BEGUN, OVER))
    direction: str | None = parameter(Takes.WORD, choices=DIRECTIONS)

    @property
    def needs_a_cause(self) -> bool:
        """Either does: one that never began is not over."""
        return True

    @property
    def about_outages(self) -> str:
        """Of this probe."""
        return self.name

    def holds(self, lab: WatchedLab) -> bool:
        """By what its sender has told."""
        wanted = DIRECTIONS if self.direction is None else (self.direction,)
        told = [lab.signs.outages.get((self.name, direction)) for direction in wanted]
        return BEGUN in told if self.is_ == BEGUN else OVER in told and BEGUN not in told
