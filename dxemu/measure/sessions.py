"""The state of BGP sessions over time: a session is up while every end that has spoken says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dxemu.events.base import Event
from dxemu.events.sessions import BgpChanged


@dataclass(frozen=True, slots=True)
class SessionChange:
    """From `t` seconds on the session is `up` or not. `node` and `reason` say whose word changed it."""

    t: float
    up: bool
    node: str
    reason: str


def changes(events: Sequence[Event], session: str) -> list[SessionChange]:
    """Every change of state, in order; empty if no end ever said a word."""
    ends: dict[str, bool] = {}
    found: list[SessionChange] = []
    for event in events:
        if not isinstance(event, BgpChanged) or event.session != session:
            continue
        ends[event.node] = event.state == "up"
        up = all(ends.values())
        if not found or found[-1].up != up:
            found.append(SessionChange(event.t, up, event.node, event.reason))
    return found


def up_again(found: Sequence[SessionChange], since: float) -> float | None:
    """When the session was up at or after `since`: `since` itself if it was up then; None if it never was."""
    before = [c for c in found if c.t <= since]
    if before and before[-1].up:
        return since
    return next((c.t for c in found if c.t > since and c.up), None)
