"""What a change is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dxemu.errors import Mark
from dxemu.topology.document import Document
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LastingAct:
    """Somebody did something after which the design is another one, such as allowing a prefix.

    `patch` gives what it lays over the design of its moment, and raises WithoutEffect. `id` and `mark` as in `Change`.
    """

    id: str
    mark: Mark
    patch: Callable[[Document], Mapping[str, object]]
