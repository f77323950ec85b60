"""One end of a cable alone loses its light: one of its two fibres is broken, or dirty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, PortDark, cable_of, silenced
from dxemu.parameters import Need, Takes, parameter, target_field, target_of
from dxemu.plan.model import Cable, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class LightLost(Fault):
    """Loss of signal at one end; the other one still has light, and hears nothing: its own timers have to notice.

    A port without light sends nothing either, so no packet crosses in any direction.
    """

    words: ClassVar[str] = "one end alone loses light; the other one keeps it, and hears nothing"
    imitates: ClassVar[str] = "one fibre of the pair that breaks, a dirty connector, a transceiver that sends no light"
    leaves_out: ClassVar[str] = (
        "ports that tell the other end, which then goes down, too (a remote fault, IEEE 802.3 clause 46): `cable_cut`"
    )

    connection: str | None = target_field(words="its cross connect")
    circuit: str | None = target_field()
    internet: str | None = target_field(words="the line of this router")
    at: str = parameter(Takes.NAME, need=Need.ALWAYS, noun="node", words="the node that loses light", example="dx_1")

    def cable(self, plan: Plan) -> Cable:
        """The cable that is meant."""
        return cable_of(plan, *target_of(self))

    def mistake(self, plan: Plan) -> str:
        """Where the cable does not end."""
        ends = [port.node for port in (self.cable(plan).a, self.cable(plan).b)]
        return "" if self.at in ends else f"the cable of '{self.target}' ends at {' and '.join(ends)}, not at {self.at}"

    def halved(self, plan: Plan) -> tuple[str, ...]:
        """This one, if it is there already."""
        what, name = target_of(self)
        wanted = f"internet_{name}" if what == "internet" else name
        return () if plan.cable_named(wanted) is None else (wanted,)

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over the cable, and one of its ends knows at once."""
        cable = self.cable(plan).name
        return (*silenced([cable]), PortDark(self.at, cable))

    async def inject(self, lab: BreakableLab) -> str:
        """Take the light away; the kernels of both ends are asked."""
        return await self._switch(lab, lost=True)

    async def heal(self, lab: BreakableLab) -> str:
        """Give the light back; the kernels of both ends are asked."""
        return await self._switch(lab, lost=False)

    async def _switch(self, lab: BreakableLab, *, lost: bool) -> str:
        read = await lab.cable(self.cable(lab.plan).name).lose_light(self.at, lost=lost)
        return " and ".join(f"carrier {'up' if lit else 'down'} on {node}" for node, lit in read.items())
