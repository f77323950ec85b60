"""All actions, by kind: what the folder holds, and what other distributions bring."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu import actions, plugins
from dxemu.actions.base import Action


def kinds() -> Mapping[str, type[Action]]:
    """Every action by its kind, which is its file's name."""
    return plugins.kinds(actions, Action, "dxemu.actions")  # type: ignore[type-abstract]  # asked for as a base, never made
