"""AWS's own network no longer reaches a Region: its gateways are cut off from every Direct Connect location."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, cut
from dxemu.parameters import target_field
from dxemu.plan.model import Cable, CableRole, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionIsolated(Fault):
    """Every cable of AWS's backbone into the Region is cut; what is in the Region still reaches each other.

    How AWS's network tells its edge is not published: here both ends lose light, and the gateways know at once. The
    devices at the locations keep their sessions with the customer, and what they announce.
    """

    words: ClassVar[str] = "AWS's backbone no longer reaches it"
    imitates: ClassVar[str] = "AWS's backbone loses a Region"
    leaves_out: ClassVar[str] = "a Region that goes down itself: what is in it goes on"

    region: str | None = target_field()

    def cables(self, plan: Plan) -> list[Cable]:
        """AWS's own, of which one end is in the Region and the other is not."""
        inside = {node.name for node in plan.nodes_at(self.target)}
        backbone = (cable for cable in plan.cables if cable.role is CableRole.BACKBONE)
        return [cable for cable in backbone if len({cable.a.node, cable.b.node} & inside) == 1]

    def mistake(self, plan: Plan) -> str:
        """A Region may have nothing that is reached from outside."""
        return "" if self.cables(plan) else f"nothing of AWS's backbone leads into '{self.target}'"

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over them, and both ends know."""
        return tuple(effect for cable in self.cables(plan) for effect in cut(cable))

    async def inject(self, lab: BreakableLab) -> str:
        """Take the light of each away; the kernels of both ends are asked."""
        return await self._set_carrier(lab, up=False)

    async def heal(self, lab: BreakableLab) -> str:
        """Give it back."""
        return await self._set_carrier(lab, up=True)

    async def _set_carrier(self, lab: BreakableLab, *, up: bool) -> str:
        names = [cable.name for cable in self.cables(lab.plan)]
        lit = [all((await lab.cable(name).set_carrier(up=up)).values()) for name in names]
        if any(lit) and not all(lit):
            return f"{sum(lit)} of {len(names)} cables of the backbone into {self.target} are lit"
        return f"{len(names)} cables of the backbone into {self.target} are {'lit' if any(lit) else 'dark'}"
