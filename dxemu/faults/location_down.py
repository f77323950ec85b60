"""A Direct Connect location, or a campus of them, loses power: AWS's devices, the customer's routers, the carriers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault, switch_power
from dxemu.faults.effects import Effect, NodeGone, nodes_at, nodes_on
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class LocationDown(Fault):
    """Every node of the location goes dark at once; of a campus, those of all its buildings."""

    words: ClassVar[str] = "everything in it loses power"
    imitates: ClassVar[str] = "a fire, or the loss of both power feeds of a building"
    leaves_out: ClassVar[str] = "that some racks go on, on batteries"
    audited: ClassVar[Mapping[str, str]] = {"location": "loses power", "campus": "loses power"}

    location: str | None = target_field()
    campus: str | None = target_field(words="all its buildings")

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over any cable of the location, and every neighbour knows at once."""
        return tuple(NodeGone(node) for node in self._nodes(plan))

    async def inject(self, lab: BreakableLab) -> str:
        """Take the power away; the kernels of all neighbours are asked."""
        return await switch_power(lab, self._nodes(lab.plan), on=False)

    async def heal(self, lab: BreakableLab) -> str:
        """Give the power back."""
        return await switch_power(lab, self._nodes(lab.plan), on=True)

    def _nodes(self, plan: Plan) -> tuple[str, ...]:
        return nodes_at(plan, self.location) if self.location is not None else nodes_on(plan, self.target)
