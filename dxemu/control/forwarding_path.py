"""The way of a packet through a design: which cables it crosses, and how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from dxemu.control.wires import Crossing


@dataclass(frozen=True)
class ForwardingPath:
    """A packet's way. `crossings[i]` leads from `nodes[i]` to `nodes[i + 1]`; `sessions` are those it was routed by.

    `arrives` is whether the tables lead to the destination, whatever the cables do. A tunnel is one crossing; the
    cables under it are in `ways`. `incoming[i]` is the interface by which the packet came into `nodes[i]`.
    `dropped` says why the last node drops it although it has a route.
    """

    nodes: tuple[str, ...]
    crossings: tuple[Crossing, ...]
    sessions: tuple[str, ...]
    arrives: bool
    incoming: tuple[str | None, ...] = ()
    dropped: str = ""

    def cables(self) -> frozenset[str]:
        """Every cable on the way, all members of LAGs."""
        return self._cables

    @cached_property
    def _cables(self) -> frozenset[str]:
        return frozenset(cable for crossing in self.crossings for way in crossing.ways for cable in way)


def shared_until(way: ForwardingPath, other: ForwardingPath) -> int:
    """Index of the last node until which both ways are the same: there the traffic changes over."""
    last = 0
    for index, (mine, theirs) in enumerate(zip(way.crossings, other.crossings, strict=False)):
        if mine != theirs:
            break
        last = index + 1
    return last
