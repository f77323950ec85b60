"""All probes, by kind: what the folder holds, and what other distributions bring."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu import plugins, probes
from dxemu.probes.base import Probe


def kinds() -> Mapping[str, type[Probe]]:
    """Every probe by its kind, which is its file's name."""
    return plugins.kinds(probes, Probe, "dxemu.probes")
