"""The runner of each kind of probe: the file of that name."""

from __future__ import annotations

from typing import Any

from dxemu.lab import probes
from dxemu.lab.probes.base import Runner
from dxemu.registry import member


def runner_of(kind: str) -> type[Runner[Any]]:  # Any: each kind has values of its own
    """The one runner in dxemu/probes/`kind`.py; the others are not imported. Raises KeyError if there is none."""
    return member(probes, Runner, kind)  # type: ignore[type-abstract]  # asked for as a base, never made
