"""Values of timeline events with their types checked: the timeline is a file, and files can be wrong."""

from __future__ import annotations

from dxemu.events.timeline import Event

SAME_MOMENT_S = 0.001
"""What is asked for at one moment happens one after the other: computing takes no time where the clock is virtual."""


def number(event: Event, key: str) -> float:
    """A number; 0 if the event lacks it. Raises ValueError for anything else."""
    value = event.get(key, 0.0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"'{key}' of the event {event.get('event')!r} should be a number, not {value!r}")  # noqa: TRY004 - a wrong file
    return float(value)


def number_or_none(event: Event, key: str) -> float | None:
    """A number; None if the event lacks it or it is null. Raises ValueError for anything else."""
    return None if event.get(key) is None else number(event, key)


def happened_at(event: Event) -> float:
    """When a fault began or was healed, or an action. Its event comes later, once it was read back that it did."""
    told = ("injected_at_s", "healed_at_s", "done_at_s")
    return next((number(event, key) for key in told if key in event), number(event, "t"))


def text(event: Event, key: str) -> str:
    """A text; "" if the event lacks it or it is null. Raises ValueError for anything else."""
    value = event.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"'{key}' of the event {event.get('event')!r} should be text, not {value!r}")  # noqa: TRY004 - a wrong file
    return value


def names(event: Event, key: str) -> tuple[str, ...]:
    """A list of texts; empty if the event lacks it."""
    value = event.get(key)
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError(f"'{key}' of the event {event.get('event')!r} should be a list, not {value!r}")  # noqa: TRY004 - a wrong file
    return tuple(str(v) for v in value)
