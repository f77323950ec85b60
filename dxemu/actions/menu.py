"""All actions, by kind: what the folder holds."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu import actions
from dxemu.actions.base import Action
from dxemu.registry import members


def kinds() -> Mapping[str, type[Action]]:
    """Every action by its kind, which is its file's name."""
    return members(actions, Action)  # type: ignore[type-abstract]  # asked for as a base, never made
