"""A switch on the way ceases to carry one VLAN: one virtual interface is dead, the others do not notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, VlanDead
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class VlanPruned(Fault):
    """No packet of the virtual interface arrives in either direction, and nobody is told."""

    words: ClassVar[str] = "a switch ceases to carry its VLAN"
    imitates: ClassVar[str] = "a change on a switch of a carrier, or of a partner, that leaves a VLAN out"
    leaves_out: ClassVar[str] = "a wrong tag, by which packets come to somebody else"
    audited: ClassVar[Mapping[str, str]] = {"virtual_interface": "falls silent"}
    takes: ClassVar[str] = "queue"

    virtual_interface: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Its VLAN is dead, silently."""
        del plan
        return (VlanDead(self.target),)

    async def inject(self, lab: BreakableLab) -> str:
        """Drop everything on the VLAN at both ends; both queueing disciplines are read back."""
        return _words(await lab.silence(self.target, silent=True))

    async def heal(self, lab: BreakableLab) -> str:
        """Let packets through again, unless something else silences it."""
        return _words(await lab.silence(self.target, silent=False))


def _words(read: Mapping[str, float]) -> str:
    return f"{max(read.values()):g} % of the VLAN's packets dropped on {' and '.join(read)}"
