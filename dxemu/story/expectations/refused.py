"""What the other end does not take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.routes import RouteRefused
from dxemu.parameters import Need, Takes, parameter
from dxemu.story.expectations.base import Judged, Measured, Subject
from dxemu.units import IPNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedExpected(Subject):
    """A prefix that an import policy did not let in."""

    of: ClassVar[str] = "session"
    words: ClassVar[str] = "a prefix that is announced there is not taken by the other end"
    example: ClassVar[str] = "{refused: public, prefix: 10.0.0.0/16}"

    prefix: IPNetwork | None = parameter(Takes.NETWORK, need=Need.SAYS)

    def judge(self, measured: Measured) -> Judged:
        """By the first refusal of it."""
        told = (self.name, str(self.prefix))
        for event in measured.events:
            if isinstance(event, RouteRefused) and (event.session, event.prefix) == told:
                return True, f"{event.node} refused it at {event.t:.3f} s: {event.reason}"
        return False, f"nobody refused {self.prefix} on {self.name}"
