"""All probes, by kind: what the folder holds."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu import probes
from dxemu.probes.base import Probe
from dxemu.registry import members


def kinds() -> Mapping[str, type[Probe]]:
    """Every probe by its kind, which is its file's name."""
    return members(probes, Probe)
