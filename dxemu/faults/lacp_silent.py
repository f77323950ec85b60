"""LACPDUs vanish while everything else passes: a carrier's switch in between that takes them for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import PacketsVanish
from dxemu.faults.effects import Effect, Protocol, Unheard
from dxemu.parameters import target_field
from dxemu.plan.model import Plan
from dxemu.plan.packets import LACP, Arrival, member_bonds, over


@dataclass(frozen=True, slots=True, kw_only=True)
class LacpSilent(PacketsVanish):
    """Neither end of a LAG's member hears its partner any more; each waits for its own timeout, short or long.

    Data passes until then, and by the other members afterwards.
    """

    words: ClassVar[str] = "LACP's packets vanish on a member of a LAG, all others pass"
    imitates: ClassVar[str] = "a switch or media converter in between that takes LACPDUs for its own"
    leaves_out: ClassVar[str] = "a partner with other settings, which answers"

    connection: str | None = target_field()

    def mistake(self, plan: Plan) -> str:
        """Only a LAG's members speak LACP, and a static bundle's do not."""
        bonds = member_bonds(plan, self.target)
        if bonds and not all(bond.forms for bond, _ in bonds):
            return f"the LAG of connection '{self.target}' has no LACP at the customer's end"
        return "" if bonds else f"connection '{self.target}' is no member of a LAG"

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No LACP, and nobody is told."""
        return (Unheard(Protocol.LACP, self.target),) if member_bonds(plan, self.target) else ()

    def arrivals(self, plan: Plan) -> tuple[Arrival, ...]:
        """LACP at both ends."""
        return tuple(over(plan.cables_of_connection(self.target), LACP))
