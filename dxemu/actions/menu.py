"""All actions, by kind: what the folder holds."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu import actions
from dxemu.actions.base import Action
from dxemu.registry import members
from dxemu.scenario.model import ActionStep


def kinds() -> Mapping[str, type[Action]]:
    """Every action by its kind, which is its file's name."""
    return members(actions, Action)  # type: ignore[type-abstract]  # asked for as a base, never made


def action_of(step: ActionStep) -> Action:
    """The action of a step. The step was checked when the scenario was read."""
    return kinds()[step.kind](step.parameters)
