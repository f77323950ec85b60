"""All faults, by kind: what the folder holds, and what other distributions bring."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu import faults, plugins
from dxemu.faults.base import Fault


def kinds() -> Mapping[str, type[Fault]]:
    """Every fault by its kind, which is its file's name."""
    return plugins.kinds(faults, Fault, "dxemu.faults")  # type: ignore[type-abstract]  # asked for as a base, never made
