"""LACP takes a member of a LAG out, or in again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dxemu.parameters import Need, Takes, parameter
from dxemu.plan.model import Plan
from dxemu.story.awaited.base import UpOrDown


@dataclass(frozen=True, slots=True, kw_only=True)
class LacpAwaited(UpOrDown):
    """By what the kernels at both ends of the LAG say of this member."""

    of: ClassVar[str] = "connection"
    words: ClassVar[str] = "LACP at one end takes this member out of its LAG, or it is in at both"
    example: ClassVar[str] = "{lacp: member_1, is: out}"
    sign: ClassVar[str] = "lacp"
    down: ClassVar[str] = "out"

    is_: str = parameter(Takes.WORD, key="is", need=Need.ALWAYS, choices=("in", "out"))

    def ends(self, plan: Plan) -> Sequence[tuple[str, str]]:
        """The ports of it that bonds are over, with the cables in them: a carrier's lies at the customer's end."""
        cables = plan.cables_of_connection(self.name)
        ports = ((cable.name, port) for cable in cables for port in (cable.a, cable.b))
        return [(cable, port.node) for cable, port in ports if plan.bond_over(port.node, port.name) is not None]

    def never(self, plan: Plan) -> str:
        """A connection by itself, a LAG as a whole, and a tunnel."""
        return "" if self.ends(plan) else f"{self.name} is no member of a LAG"
