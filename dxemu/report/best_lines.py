"""Changes of routes while a scenario runs: many that are alike, at one moment, are told in one line."""

from __future__ import annotations

from dxemu.events.base import Event
from dxemu.events.routes import BestChosen, RouteRefused, RouteWithheld

MOMENT_S = 0.001
MOST_APART = 3
"""So many alike are told one by one."""

OfOnePrefix = BestChosen | RouteRefused | RouteWithheld
Key = tuple[object, ...]


class BestLines:
    """Holds them back until the moment is over."""

    def __init__(self) -> None:
        self._groups: dict[Key, list[OfOnePrefix]] = {}
        self._since = 0.0

    def over(self, event: Event) -> bool:
        """Whether `event` is later than the moment of what is held back."""
        return bool(self._groups) and event.t - self._since > MOMENT_S

    def add(self, event: OfOnePrefix) -> None:
        """Hold one back."""
        if not self._groups:
            self._since = event.t
        self._groups.setdefault(_key(event), []).append(event)

    def taken(self) -> list[tuple[OfOnePrefix, int]]:
        """What was held back, each with how many more it stands for; from now on nothing is."""
        groups, self._groups = self._groups, {}
        found: list[tuple[OfOnePrefix, int]] = []
        for events in groups.values():
            if len(events) <= MOST_APART:
                found += [(event, 0) for event in events]
            else:
                found.append((events[0], len(events) - 1))
        return found


def _key(event: OfOnePrefix) -> Key:
    """Equal for those that are alike."""
    if isinstance(event, BestChosen):
        return event.word, event.node, event.session, event.peer, event.internal, event.rule
    return event.word, event.node, event.session, event.reason
