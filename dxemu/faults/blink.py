"""A cable loses its light for a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault, switch_light
from dxemu.faults.effects import Effect, Worsened, cable_of, cut
from dxemu.parameters import Need, Takes, parameter, target_field, target_of
from dxemu.plan.model import Cable, Plan, Role
from dxemu.units import Seconds

SHORTEST_S, LONGEST_S = 0.001, 60.0
UNMOVED = frozenset({Role.CARRIER, Role.INTERNET, Role.SWITCH})
"""Nodes that do nothing about light: they pass on what comes."""
HEARD_S = 1.0
"""The kernel tells of light up to a second late (Linux, net/core/link_watch.c)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blink(Fault):
    """Both ends lose light, and have it again after `dark`. A step that is repeated makes a cable that flaps.

    AWS takes a port for down at once; so do your routers, as soon as their kernel tells of it, unless they have a
    `carrier_delay`: the darkness that is shorter is none for them.
    """

    words: ClassVar[str] = "both ends lose light for a moment; it ends by itself"
    imitates: ClassVar[str] = "a carrier that switches over, somebody who touches a connector"
    leaves_out: ClassVar[str] = "a carrier delay of AWS's, which publishes none"

    connection: str | None = target_field(words="its cross connect")
    circuit: str | None = target_field()
    internet: str | None = target_field(words="the line of this router")
    dark: Seconds = parameter(
        Takes.DURATION, need=Need.ALWAYS, least=SHORTEST_S, most=LONGEST_S, words="50 ms", example="50 ms"
    )

    @property
    def ends_after(self) -> Seconds:
        """So long it is dark."""
        return self.dark

    def cable(self, plan: Plan) -> Cable:
        """The cable that is meant."""
        return cable_of(plan, *target_of(self))

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over the cable, and both its ends know at once.

        A short one is over before everybody has heard of it: what comes of that is not predicted, unless all wait.
        """
        cable = self.cable(plan)
        ends = (cable.a, cable.b)
        waited = all(plan.node(end.node).role in UNMOVED or end.carrier_delay.down > self.dark for end in ends)
        return cut(cable) if waited or self.dark >= HEARD_S else (Worsened(cable.name),)

    async def inject(self, lab: BreakableLab) -> str:
        """Take the light away; the kernel of both ends is asked."""
        return await switch_light(lab, self.cable(lab.plan).name, up=False)

    async def heal(self, lab: BreakableLab) -> str:
        """Give the light back."""
        return await switch_light(lab, self.cable(lab.plan).name, up=True)
