"""A finished run as who waited for its events saw it, event by event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dxemu.events.base import Event
from dxemu.events.last_words import LastWords
from dxemu.events.probes import FlowsSpread, PathFound
from dxemu.plan.model import Plan
from dxemu.story.awaited.base import Awaited


class ReplayedLab:
    """A `dxemu.story.awaited.base.WatchedLab` that knows what was told so far."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.signs = LastWords()
        self._paths: dict[tuple[str, str], tuple[Sequence[str], bool]] = {}
        self.spreads: dict[tuple[str, str], tuple[int, Mapping[str, object]]] = {}

    @property
    def paths(self) -> Mapping[tuple[str, str], tuple[Sequence[str], bool]]:
        """As the kernels' tables gave them last."""
        return self._paths

    def note(self, event: Event) -> None:
        """This was told next."""
        if isinstance(event, PathFound):
            self._paths[event.probe, event.direction] = event.hops, event.complete
        elif isinstance(event, FlowsSpread):
            self.spreads[event.probe, event.direction] = event.flows, event.over
        else:
            self.signs.note(event)


def first_at(plan: Plan, events: Sequence[Event], awaited: Awaited, since: float) -> float | None:
    """When it first became so at or after `since`, not having been so just before; None: never."""
    lab, was = ReplayedLab(plan), False
    for event in events:
        lab.note(event)
        holds = awaited.holds(lab)
        if holds and not was and event.t >= since:
            return event.t
        was = holds
    return None
