"""All faults, by kind: what the folder holds."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu import faults
from dxemu.faults.base import Fault
from dxemu.registry import members


def kinds() -> Mapping[str, type[Fault]]:
    """Every fault by its kind, which is its file's name."""
    return members(faults, Fault)  # type: ignore[type-abstract]  # asked for as a base, never made
