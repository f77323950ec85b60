"""All kinds of events that can be waited for, by their words."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.registry import Members
from dxemu.story import awaited
from dxemu.story.awaited.base import Awaited


def kinds() -> Mapping[str, type[Awaited]]:
    """Every kind by its word, which is its file's name."""
    return Members(awaited, Awaited)  # type: ignore[type-abstract]  # asked for as a base, never made
