"""IKE vanishes while ESP passes: a firewall on the way that has lost UDP port 500."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import PacketsVanish
from dxemu.faults.effects import Effect, Protocol, Unheard
from dxemu.parameters import target_field
from dxemu.plan.model import Plan
from dxemu.plan.packets import IKE, Arrival, under_tunnel


@dataclass(frozen=True, slots=True, kw_only=True)
class IkeBlocked(PacketsVanish):
    """UDP port 500 between the two outside addresses carries nothing in either direction.

    The tunnel goes on with the keys that it has. Dead peer detection asks over IKE: where packets of the tunnel are a
    sign of life (strongSwan before 6.0.1) it does not ask while they come, and the next new keys are the end of it.
    """

    words: ClassVar[str] = "IKE's packets vanish, ESP passes"
    imitates: ClassVar[str] = "a firewall that drops UDP port 500 while ESP goes on"
    leaves_out: ClassVar[str] = "a peer that refuses: nobody answers at all"

    tunnel: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No IKE, and nobody is told."""
        return (Unheard(Protocol.IKE, plan.tunnel(self.target).name),)

    def arrivals(self, plan: Plan) -> tuple[Arrival, ...]:
        """IKE at both ends of the tunnel."""
        return tuple(under_tunnel(plan, plan.tunnel(self.target), IKE))
