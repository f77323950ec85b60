"""What the faults that worsen a cable have in common: which cable, which direction, and that it is read back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, Worsened, cable_of
from dxemu.faults.quality import BOTH, DIRECTIONS, FROM_AWS, TO_AWS, Quality
from dxemu.parameters import Need, Takes, parameter, target_field, target_of
from dxemu.plan.model import Cable, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CableFault(Fault):
    """A cable goes on, but not as it should. While it does, nothing is handed to it but single frames, as on a wire.

    Several can stand on one cable at once, and each direction is worsened by itself: `to_aws` is what the customer's
    end sends (of a circuit, the end that it is written `from`).
    """

    needs: ClassVar[tuple[str, ...]] = ("dxemu.lab.cable_quality",)
    audited: ClassVar[Mapping[str, str]] = {}

    connection: str | None = target_field(words="its cross connect")
    circuit: str | None = target_field()
    internet: str | None = target_field(words="the line of this router")
    direction: str = parameter(
        Takes.WORD, default=BOTH, choices=(TO_AWS, FROM_AWS, BOTH), words="to_aws, from_aws or both"
    )

    @abstractmethod
    def quality(self) -> Quality:
        """What it does to packets."""

    @property
    def directions(self) -> tuple[str, ...]:
        """Those that it worsens."""
        return DIRECTIONS if self.direction == BOTH else (self.direction,)

    def cable(self, plan: Plan) -> Cable:
        """The cable that is meant."""
        return cable_of(plan, *target_of(self))

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Some packets fare worse. Which, chance says: what comes of it is not predicted."""
        return (Worsened(self.cable(plan).name),)

    def clash(self, other: Fault) -> str:
        """Why it cannot stand while `other` does, in words; "" if it can."""
        if not isinstance(other, CableFault) or target_of(self) != target_of(other):
            return ""
        if set(self.directions).isdisjoint(other.directions):
            return ""
        return next(self.quality().clashes(other.quality()), "")

    async def inject(self, lab: BreakableLab) -> str:
        """Worsen it; all that stands there then is read back from the kernels of its ends."""
        return await lab.cable(self.cable(lab.plan).name).worsen(self.quality(), self.directions)

    async def heal(self, lab: BreakableLab) -> str:
        """Take this one back, and no other; what is left is read back."""
        return await lab.cable(self.cable(lab.plan).name).mend(self.quality(), self.directions)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareFault(CableFault):
    """It strikes a `share` of the packets, in percent, each by chance."""

    share: float = parameter(Takes.PERCENT, need=Need.ALWAYS, most=100, words="1 %", example="1 %")
