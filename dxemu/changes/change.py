"""What a change is."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.errors import Mark
from dxemu.topology.yaml import Tree
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A patch of a lab's document. `id` tells it from others, `mark` is where it is written.

    `interruption` is how long AWS interrupts what it interrupts for this change; None: as long as it says at most.
    """

    id: str
    patch: Tree
    mark: Mark
    interruption: Seconds | None = None
