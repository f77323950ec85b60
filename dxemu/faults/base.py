"""What every fault is, and where faults are found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.plan.impact import Impact
from dxemu.plan.model import Plan
from dxemu.units import Seconds

if TYPE_CHECKING:
    from dxemu.lab.lab import Lab


class Fault(ABC):
    """One kind of failure.

    `targets` names the parameters of which a scenario gives exactly one, and what each of them
    names: `connection`, `circuit`.
    """

    targets: ClassVar[Mapping[str, str]]

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self.parameters = parameters

    @property
    def target(self) -> str:
        """What it hits, for people."""
        return next(iter(self.parameters.values()))

    @abstractmethod
    def impact(self, plan: Plan, fault: str, at: Seconds, until: Seconds | None) -> Impact:
        """What it does to the design."""

    @abstractmethod
    async def inject(self, lab: Lab) -> str:
        """Do it, read it back, say what the kernel said. Raises FaultNotApplied."""

    @abstractmethod
    async def heal(self, lab: Lab) -> str:
        """Undo it, read it back, say what the kernel said. Raises FaultNotApplied."""


async def switch_power(lab: Lab, nodes: Collection[str], *, on: bool) -> str:
    """Take the power of `nodes`, or give it back, and say what the kernels say. Raises FaultNotApplied."""
    for node in nodes:
        read = await lab.set_power(node, on=on)
        wrong = sorted(far for far, carrier in read.items() if carrier is not on and far not in nodes)
        if wrong:
            state = "light" if on else "no light"
            raise FaultNotApplied(f"{', '.join(wrong)} should see {state} from {node}, the kernel says {read}")
    return f"every port of {', '.join(nodes)} is {'lit' if on else 'dark'}"
