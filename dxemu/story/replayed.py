"""A finished run as who waited for its events saw it, event by event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dxemu.events.base import Event
from dxemu.events.links import TunnelChanged
from dxemu.events.probes import PathFound
from dxemu.events.sessions import BfdChanged, BgpChanged
from dxemu.plan.model import Plan
from dxemu.story.awaited.base import Awaited


class ReplayedLab:
    """A `dxemu.story.awaited.base.WatchedLab` that knows what was told so far."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._paths: dict[tuple[str, str], tuple[Sequence[str], bool]] = {}
        self._up: set[tuple[str, str, str]] = set()

    @property
    def paths(self) -> Mapping[tuple[str, str], tuple[Sequence[str], bool]]:
        """As the kernels' tables gave them last."""
        return self._paths

    def is_up(self, sign: str, name: str, node: str) -> bool:
        """By the last word of that end."""
        return (sign, name, node) in self._up

    def hear(self, event: Event) -> None:
        """This was told next."""
        match event:
            case PathFound():
                self._paths[event.probe, event.direction] = event.hops, event.complete
            case BgpChanged() | BfdChanged():
                self._is(event.word, event.session, event.node, event.state)
            case TunnelChanged():
                self._is(event.word, event.tunnel, event.node, event.state)

    def _is(self, sign: str, name: str, node: str, state: str) -> None:
        (self._up.discard if state == "down" else self._up.add)((sign, name, node))


def first_at(plan: Plan, events: Sequence[Event], awaited: Awaited, since: float) -> float | None:
    """When it first became so at or after `since`, not having been so just before; None: never."""
    lab, was = ReplayedLab(plan), False
    for event in events:
        lab.hear(event)
        holds = awaited.holds(lab)
        if holds and not was and event.t >= since:
            return event.t
        was = holds
    return None
