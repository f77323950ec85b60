"""A cable is cut, or pulled out of its port: both ends lose light."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault, switch_light
from dxemu.faults.effects import Effect, cable_of, cut
from dxemu.parameters import target_field, target_of
from dxemu.plan.model import Cable, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CableCut(Fault):
    """Loss of carrier at both ends of one cable.

    With a carrier's layer 2 extension in between, only the ends of the cable that was cut lose light:
    the router at the far end of the circuit sees nothing.
    """

    words: ClassVar[str] = "both ends lose light"
    imitates: ClassVar[str] = "an excavator, a cable that is pulled, a port that an administrator switches off"
    leaves_out: ClassVar[str] = "light that fails at one end alone: `light_lost`"
    audited: ClassVar[Mapping[str, str]] = {"connection": "is cut", "circuit": "is cut", "internet": "is cut"}

    connection: str | None = target_field(words="its cross connect")
    circuit: str | None = target_field()
    internet: str | None = target_field(words="the line of this router")

    def cable(self, plan: Plan) -> Cable:
        """The cable that is meant."""
        return cable_of(plan, *target_of(self))

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over the cable, and both its ends know at once."""
        return cut(self.cable(plan))

    async def inject(self, lab: BreakableLab) -> str:
        """Take the light away; the kernel of both ends is asked."""
        return await switch_light(lab, self.cable(lab.plan).name, up=False)

    async def heal(self, lab: BreakableLab) -> str:
        """Give the light back."""
        return await switch_light(lab, self.cable(lab.plan).name, up=True)
