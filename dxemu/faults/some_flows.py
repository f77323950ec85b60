"""A share of the flows is lost, always the same ones, and nobody is told: a gray failure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.faults.base import PacketsVanish
from dxemu.faults.effects import Effect, Worsened, cable_of
from dxemu.faults.quality import BOTH, FROM_AWS, TO_AWS
from dxemu.parameters import Need, Takes, parameter, target_field, target_of
from dxemu.plan.model import Cable, Plan
from dxemu.plan.packets import Arrival, Packets


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeFlows(PacketsVanish):
    """Flows whose hash of addresses, protocol and ports falls into the `share` lose everything; the others nothing.

    BGP and BFD are not among them, so that every session stays up and no router moves anything. Each direction of a
    connection between two programs is a flow of its own.
    """

    words: ClassVar[str] = "a share of the flows loses everything, by a hash; BGP and BFD stay up"
    imitates: ClassVar[str] = (
        "AWS's event in Tokyo of 2021-09-02: a defect in network devices dropped packets of some customers' flows for"
        " six hours, while BGP stayed up"
    )
    leaves_out: ClassVar[str] = "that real devices also drop by other fields, such as a virtual interface's number"

    device: str | None = target_field(words="an AWS device")
    gateway: str | None = target_field(words="the backbone before it")
    connection: str | None = target_field(words="its cross connect, also as a LAG's member")
    circuit: str | None = target_field()
    share: float = parameter(Takes.PERCENT, need=Need.ALWAYS, most=100, words="25 %", example="25 %")
    direction: str = parameter(
        Takes.WORD, default=BOTH, choices=(TO_AWS, FROM_AWS, BOTH), words="to_aws, from_aws or both"
    )

    def cables(self, plan: Plan) -> tuple[Cable, ...]:
        """Those by which packets come to where flows are lost."""
        what, name = target_of(self)
        if what in ("device", "gateway"):
            return tuple(plan.cables_of_node(name))
        return (cable_of(plan, what, name),)

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Whether a flow is hit, its hash says."""
        return tuple(Worsened(cable.name) for cable in self.cables(plan))

    def mistake(self, plan: Plan) -> str:
        """A gateway that no packet passes."""
        return "" if self.cables(plan) else f"nothing comes to '{self.target}'"

    def arrivals(self, plan: Plan) -> tuple[Arrival, ...]:
        """Of a device and a gateway whatever comes in; of a cable what comes out of it, at each end."""
        what, name = target_of(self)
        mine = Packets(flows_percent=self.share)
        ends = [(TO_AWS, cable.b) for cable in self.cables(plan)] + [(FROM_AWS, cable.a) for cable in self.cables(plan)]
        return tuple(
            Arrival(port.node, port.name, mine)
            for direction, port in ends
            if self.direction in (BOTH, direction) and (what in ("connection", "circuit") or port.node == name)
        )
