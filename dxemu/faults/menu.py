"""All faults, by kind: what the folder holds."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu import faults
from dxemu.faults.base import Fault
from dxemu.registry import members
from dxemu.scenario.model import FaultStep


def kinds() -> Mapping[str, type[Fault]]:
    """Every fault by its kind, which is its file's name."""
    return members(faults, Fault)  # type: ignore[type-abstract]  # asked for as a base, never made


def fault_of(step: FaultStep) -> Fault:
    """The fault of a step. The step was checked when the scenario was read."""
    return kinds()[step.kind](step.parameters)
