"""The light stays on, but no packet arrives any more, in neither direction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import BreakableCable, BreakableLab, Fault
from dxemu.faults.effects import Effect, cable_of, silenced
from dxemu.parameters import target_field, target_of
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class CableSilent(Fault):
    """A carrier's equipment in between dies with its ports up: only a protocol's timer finds out.

    Both ends of the cable drop everything that is to be sent from now on; what is on the way arrives.
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

    def cable(self, plan: Plan) -> str:
        """The cable that is meant."""
        return cable_of(plan, *target_of(self)).name

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """No packet over the cable, and nobody is told."""
        return silenced([self.cable(plan)])

    async def inject(self, lab: BreakableLab) -> str:
        """Drop everything at both ends; both queueing disciplines are read back."""
        return _words(await self._cable(lab).silence(silent=True))

    async def heal(self, lab: BreakableLab) -> str:
        """Let packets through again, unless something else silences it, and tell how many were dropped."""
        dropped = await self._cable(lab).dropped()
        return f"{_words(await self._cable(lab).silence(silent=False))}, {dropped} packets dropped meanwhile"

    def _cable(self, lab: BreakableLab) -> BreakableCable:
        return lab.cable(self.cable(lab.plan))


def _words(read: Mapping[str, float]) -> str:
    return " and ".join(f"netem drops {lost:g} % on {' and '.join(nodes)}" for lost, nodes in _by_value(read).items())


def _by_value(read: Mapping[str, float]) -> Mapping[float, list[str]]:
    return {lost: [node for node in read if read[node] == lost] for lost in dict.fromkeys(read.values())}
