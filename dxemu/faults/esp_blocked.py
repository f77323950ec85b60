"""ESP vanishes while IKE passes: a firewall on the way that knows UDP port 500, but not IP protocol 50."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import PacketsVanish
from dxemu.faults.effects import Effect, Protocol, Unheard
from dxemu.parameters import target_field
from dxemu.plan.model import Plan
from dxemu.plan.packets import ESP, Arrival, under_tunnel


@dataclass(frozen=True, slots=True, kw_only=True)
class EspBlocked(PacketsVanish):
    """IP protocol 50 between the two outside addresses carries nothing in either direction.

    Dead peer detection asks over IKE, and is answered: the tunnel counts as up. BGP inside it notices by its hold
    timer; with static routes nobody does.
    """

    words: ClassVar[str] = "ESP's packets vanish, IKE passes: dead peer detection sees nothing"
    imitates: ClassVar[str] = "a firewall that passes IKE and drops IP protocol 50"
    leaves_out: ClassVar[str] = "ESP in UDP, which the firewall would pass"

    tunnel: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Nothing in the tunnel arrives, and nobody is told."""
        return (Unheard(Protocol.ESP, plan.tunnel(self.target).name),)

    def arrivals(self, plan: Plan) -> tuple[Arrival, ...]:
        """ESP at both ends of the tunnel."""
        return tuple(under_tunnel(plan, plan.tunnel(self.target), ESP))
