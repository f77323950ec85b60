"""The way of a probe's packets leads over something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.timeline import DIRECTIONS
from dxemu.parameters import Need, Takes, parameter
from dxemu.plan.on_the_way import names_on
from dxemu.story.awaited.base import Awaited, WatchedLab

ALL = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PathAwaited(Awaited):
    """In both directions, unless one is said. Of a probe with several flows so large a share of them, else all."""

    of: ClassVar[str] = "sending probe"
    words: ClassVar[str] = (
        "its way leads over this connection, LAG or tunnel, in both directions and with all flows unless said otherwise"
    )
    example: ClassVar[str] = "{path: app, via: backup}"

    via: str = parameter(Takes.NAME, need=Need.ALWAYS, noun="connection")
    direction: str | None = parameter(Takes.WORD, choices=DIRECTIONS)
    share: float | None = parameter(Takes.PERCENT, words="of its flows")

    @property
    def about_flows(self) -> str:
        """This probe."""
        return self.name

    def holds(self, lab: WatchedLab) -> bool:
        """By the tables of the kernels."""
        wanted = DIRECTIONS if self.direction is None else (self.direction,)
        return all(self._leads(lab, direction) for direction in wanted)

    def _leads(self, lab: WatchedLab, direction: str) -> bool:
        if spread := lab.spreads.get((self.name, direction)):
            flows, over = spread
            return float(str(over.get(self.via, 0))) * ALL >= (ALL if self.share is None else self.share) * flows
        hops, complete = lab.paths.get((self.name, direction), ((), False))
        return complete and self.via in names_on(lab.plan, hops)
