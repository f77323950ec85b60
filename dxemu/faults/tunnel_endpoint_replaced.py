"""AWS replaces the endpoint of a VPN tunnel: it is away for a while, and comes back without its keys."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar

from dxemu.aws.vpn_tunnels import MED
from dxemu.faults.base import BreakableLab, Fault, switch_power
from dxemu.faults.effects import Effect, Misled, NodeGone, node_of
from dxemu.parameters import Takes, parameter, target_field
from dxemu.plan.model import BgpSession, Plan

UPDATE, MODIFICATION = "update", "modification"
LOWER_MED = 50
"""What AWS tells meanwhile on the tunnel beside it, which is not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelEndpointReplaced(Fault):
    """In an `update` AWS replaces one endpoint at a time: the MED on the other tunnel is lower, and this one goes away.

    A customer who prefers neither tunnel goes over to the other one as soon as it is told so; how soon is seen in the
    lab, and not predicted. A `modification` of the VPN connection (another gateway, other options) takes both
    endpoints away at once.
    """

    words: ClassVar[str] = "AWS replaces its endpoint: one with a hint by MED (update), or both at once (modification)"
    imitates: ClassVar[str] = "tunnel endpoint replacements of Site-to-Site VPN"
    leaves_out: ClassVar[str] = "endpoint lifecycle control, and IKEv1"
    needs: ClassVar[tuple[str, ...]] = ("dxemu.lab.session_changes",)

    tunnel: str | None = target_field()
    by: str = parameter(Takes.WORD, default=UPDATE, choices=(UPDATE, MODIFICATION), words="update or modification")

    def nodes(self, plan: Plan) -> tuple[str, ...]:
        """The endpoints that are replaced."""
        mine = plan.tunnel(self.target)
        names = [one.name for one in plan.tunnels if one.vpn == mine.vpn and self.by == MODIFICATION]
        return tuple(dict.fromkeys(node_of(plan, "tunnel", name) for name in names or [mine.name]))

    def others(self, plan: Plan) -> tuple[BgpSession, ...]:
        """The sessions in the tunnels beside it, whose routes are made better by an update."""
        vpn = plan.tunnel(self.target).vpn
        tunnels = {one.name for one in plan.tunnels if one.vpn == vpn and one.name != self.target}
        return self._of(plan, tunnels) if self.by == UPDATE else ()

    @staticmethod
    def _of(plan: Plan, tunnels: Collection[str]) -> tuple[BgpSession, ...]:
        return tuple(one for one in plan.sessions if one.tunnel in tunnels and not one.static and one.in_service)

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """The endpoints are gone, with their keys."""
        hint = [Misled(session.ends[1].node) for session in self.others(plan)]
        return (*(NodeGone(node) for node in self.nodes(plan)), *hint)

    async def inject(self, lab: BreakableLab) -> str:
        """Give the hint, and take them away; the kernels of all neighbours are asked."""
        others = self.others(lab.plan)
        said = [await lab.control.tell_med(session.name, LOWER_MED) for session in others]
        for mine in self._of(lab.plan, {self.target}) if others else ():
            said.append(await lab.control.tell_med(mine.name, MED))
        return "; ".join([*said, await switch_power(lab, self.nodes(lab.plan), on=False)])

    async def heal(self, lab: BreakableLab) -> str:
        """The new ones are there, and the MED is what it was."""
        done = await switch_power(lab, self.nodes(lab.plan), on=True)
        others = self.others(lab.plan)
        told = (*others, *self._of(lab.plan, {self.target} if others else ()))
        return "; ".join([done, *[await lab.control.tell_med(one.name, None) for one in told]])
