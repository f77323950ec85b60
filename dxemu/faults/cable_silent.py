"""The light stays on, but no packet arrives any more, in neither direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, cable_of, silenced
from dxemu.parameters import target_field, target_of
from dxemu.plan.model import Plan

ALL = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CableSilent(Fault):
    """A carrier's equipment in between dies with its ports up: only a protocol's timer finds out.

    Both ends of the cable drop everything that is to be sent from now on; what is on the way arrives.
    """

    words: ClassVar[str] = "the light stays, no packet arrives"
    audited: ClassVar[Mapping[str, str]] = {
        "connection": "falls silent",
        "circuit": "falls silent",
        "internet": "falls silent",
    }

    connection: str | None = target_field(words="its cross connect")
    circuit: str | None = target_field()
    internet: str | None = target_field(words="the line of this router")

    def cable(self, plan: Plan) -> str:
        """The cable that is meant."""
        return cable_of(plan, *target_of(self)).name

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over the cable, and nobody is told."""
        return silenced([self.cable(plan)])

    async def inject(self, lab: BreakableLab) -> str:
        """Drop everything at both ends; both queueing disciplines are read back."""
        return await self._set_loss(lab, ALL)

    async def heal(self, lab: BreakableLab) -> str:
        """Let packets through again, and tell how many were dropped."""
        dropped = await lab.cable(self.cable(lab.plan)).dropped()
        return f"{await self._set_loss(lab, 0.0)}, {dropped} packets dropped meanwhile"

    async def _set_loss(self, lab: BreakableLab, percent: float) -> str:
        cable = lab.cable(self.cable(lab.plan))
        read = await cable.set_loss(percent)
        if any(loss != percent for loss in read.values()):
            raise FaultNotApplied(f"loss on cable {cable.name} should be {percent:g} %, the kernel says {read}")
        return f"netem drops {percent:g} % on {' and '.join(read)}"
