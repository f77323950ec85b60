"""The way of a probe's packets leads over something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.events.timeline import DIRECTIONS
from dxemu.parameters import Need, Takes, parameter
from dxemu.plan.model import Plan
from dxemu.story.awaited.base import Awaited, WatchedLab


@dataclass(frozen=True, slots=True, kw_only=True)
class PathAwaited(Awaited):
    """In both directions, unless one is said."""

    of: ClassVar[str] = "sending probe"
    words: ClassVar[str] = "its way leads over this connection, LAG or tunnel, in both directions unless one is said"
    example: ClassVar[str] = "{path: app, via: backup}"

    via: str = parameter(Takes.NAME, need=Need.ALWAYS, noun="connection")
    direction: str | None = parameter(Takes.WORD, choices=DIRECTIONS)

    def holds(self, lab: WatchedLab) -> bool:
        """By the tables of the kernels."""
        wanted = DIRECTIONS if self.direction is None else (self.direction,)
        return all(self._leads(lab, direction) for direction in wanted)

    def _leads(self, lab: WatchedLab, direction: str) -> bool:
        hops, complete = lab.paths.get((self.name, direction), ((), False))
        return complete and any(self.via in _names(lab.plan, hop) for hop in hops[1::2])


def _names(plan: Plan, hop: str) -> set[str | None]:
    """What a hop is called: a tunnel, or a cable's connection and LAG."""
    cable = plan.cable_named(hop)
    if cable is None:
        return {hop}
    bonds = (plan.bond_over(port.node, port.name) for port in (cable.a, cable.b))
    return {cable.connection, *(bond.lag for bond in bonds if bond is not None)}
