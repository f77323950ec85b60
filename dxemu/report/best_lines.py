"""Changes of best routes while a scenario runs: many that are alike, at one moment, are told in one line."""

from __future__ import annotations

from dxemu.events.timeline import Event
from dxemu.events.values import number, text

MOMENT_S = 0.001
MOST_APART = 3
"""So many alike are told one by one."""

Key = tuple[object, ...]


class BestLines:
    """Holds `best` events back until the moment is over."""

    def __init__(self) -> None:
        self._groups: dict[Key, list[Event]] = {}
        self._since = 0.0

    def over(self, event: Event) -> bool:
        """Whether `event` is later than the moment of what is held back."""
        return bool(self._groups) and number(event, "t") - self._since > MOMENT_S

    def add(self, event: Event) -> None:
        """Hold a `best` event back."""
        if not self._groups:
            self._since = number(event, "t")
        key = tuple(event.get(word) for word in ("event", "node", "session", "peer", "internal", "rule", "reason"))
        self._groups.setdefault(key, []).append(event)

    def taken(self) -> list[Event]:
        """What was held back, as events of their own or as one that stands for many; from now on nothing is."""
        groups, self._groups = self._groups, {}
        found: list[Event] = []
        for events in groups.values():
            if len(events) <= MOST_APART:
                found += events
            else:
                found.append({**events[0], "prefix": f"{text(events[0], 'prefix')} and {len(events) - 1} more"})
        return found
