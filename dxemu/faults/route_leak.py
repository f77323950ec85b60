"""A router of the customer's announces networks that are not its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, Misled
from dxemu.parameters import Need, networks_field, target_field
from dxemu.plan.model import Plan
from dxemu.units import IPNetwork


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLeak(Fault):
    """It announces `prefixes` to AWS and to the customer's other routers, past every filter of the customer's.

    Where they are more specific than what others announce they attract their traffic, and it has no way to them. Which
    of AWS's rules stop them is seen in the lab; what traffic it costs is not predicted.
    """

    words: ClassVar[str] = "it announces networks that are not its own; no filter of the customer's stops it"
    imitates: ClassVar[str] = "somebody redistributes a network that is elsewhere"
    leaves_out: ClassVar[str] = "a leak that only some of the routers take"

    router: str | None = target_field()
    prefixes: tuple[IPNetwork, ...] = networks_field(need=Need.CHOICE)

    def mistake(self, plan: Plan) -> str:
        """What it announces by design is no leak."""
        own = [str(prefix) for prefix in self.prefixes if prefix in plan.speaker(self.target).originates]
        return f"{self.target} announces {' and '.join(own)} by design" if own else ""

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Nothing is cut."""
        return (Misled(plan.speaker(self.target).name),)

    async def inject(self, lab: BreakableLab) -> str:
        """Announce them; the router's table is read back."""
        await lab.operator.leak(self.target, self.prefixes)
        missing = set(self.prefixes) - set(lab.operator.announced(self.target))
        if missing:
            raise FaultNotApplied(f"{self.target} should announce {' and '.join(map(str, missing))}, and does not")
        return f"{self.target} announces {' and '.join(map(str, self.prefixes))}"

    async def heal(self, lab: BreakableLab) -> str:
        """Withdraw them; the router's table is read back."""
        left = await lab.operator.stop_leak(self.target, self.prefixes)
        if left:
            raise FaultNotApplied(f"{self.target} still announces {' and '.join(map(str, left))}")
        return f"{self.target} announces {' and '.join(map(str, self.prefixes))} no longer"
