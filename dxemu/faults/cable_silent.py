"""The light stays on, but no packet arrives any more, in neither direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.breakable_cable import BreakableCable
from dxemu.faults.effects import Effect, Worsened, cable_of, silenced
from dxemu.faults.quality import BOTH, DIRECTIONS, FROM_AWS, TO_AWS
from dxemu.parameters import Takes, parameter, target_field, target_of
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CableSilent(Fault):
    """A carrier's equipment in between dies with its ports up: only a protocol's timer finds out.

    The ends of the cable drop everything that is to be sent from now on; what is on the way arrives. In one `direction`
    alone only who hears nothing can find out, and whoever is heard learns it from that one.
    """

    words: ClassVar[str] = "the light stays, no packet arrives"
    imitates: ClassVar[str] = "a carrier's equipment in between that dies with its ports up"
    leaves_out: ClassVar[str] = "equipment that passes some of the packets: `packet_loss` and `some_flows`"
    audited: ClassVar[Mapping[str, str]] = {
        "connection": "falls silent",
        "circuit": "falls silent",
        "internet": "falls silent",
    }

    connection: str | None = target_field(words="its cross connect")
    circuit: str | None = target_field()
    internet: str | None = target_field(words="the line of this router")
    direction: str = parameter(
        Takes.WORD, default=BOTH, choices=(TO_AWS, FROM_AWS, BOTH), words="to_aws, from_aws or both"
    )

    def cable(self, plan: Plan) -> str:
        """The cable that is meant."""
        return cable_of(plan, *target_of(self)).name

    @property
    def directions(self) -> tuple[str, ...]:
        """Those in which nothing arrives."""
        return DIRECTIONS if self.direction == BOTH else (self.direction,)

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over the cable, and nobody is told. Of one direction alone it is not predicted what comes of it."""
        return silenced([self.cable(plan)]) if self.direction == BOTH else (Worsened(self.cable(plan)),)

    async def inject(self, lab: BreakableLab) -> str:
        """Drop everything at both ends; both queueing disciplines are read back."""
        return _words(await self._cable(lab).silence(silent=True, directions=self.directions))

    async def heal(self, lab: BreakableLab) -> str:
        """Let packets through again, unless something else silences it, and tell how many were dropped."""
        cable = self._cable(lab)
        dropped = await cable.dropped()
        read = await cable.silence(silent=False, directions=self.directions)
        return f"{_words(read)}, {dropped} packets dropped meanwhile"

    def _cable(self, lab: BreakableLab) -> BreakableCable:
        return lab.cable(self.cable(lab.plan))


def _words(read: Mapping[str, float]) -> str:
    return " and ".join(f"netem drops {lost:g} % on {' and '.join(nodes)}" for lost, nodes in _by_value(read).items())


def _by_value(read: Mapping[str, float]) -> Mapping[float, list[str]]:
    return {lost: [node for node in read if read[node] == lost] for lost in dict.fromkeys(read.values())}
