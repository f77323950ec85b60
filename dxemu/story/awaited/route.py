"""A node gets a route, loses it, or has it over something else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.measure.routes import over
from dxemu.parameters import Need, Takes, parameter
from dxemu.plan.model import Plan
from dxemu.plan.wiring import Role
from dxemu.story.awaited.base import Awaited, WatchedLab
from dxemu.units import IPNetwork

PRESENT, ABSENT = "present", "absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteAwaited(Awaited):
    """In the kernel's table, as packets find it; of several tables of one node the last change counts."""

    of: ClassVar[str] = "node"
    words: ClassVar[str] = (
        "its kernel's route to a prefix is there, or gone, or leads over this connection, LAG or tunnel"
    )
    example: ClassVar[str] = "{route: colo_router, prefix: 172.31.0.0/16, via: backup}"
    exclusive: ClassVar[bool] = True

    prefix: IPNetwork = parameter(Takes.NETWORK, need=Need.ALWAYS)
    is_: str | None = parameter(Takes.WORD, key="is", need=Need.SAYS, choices=(PRESENT, ABSENT))
    via: str | None = parameter(Takes.NAME, need=Need.SAYS, noun="connection")

    @property
    def needs_a_cause(self) -> bool:
        """Whether it is gone."""
        return self.is_ == ABSENT

    @property
    def about_route(self) -> tuple[str, str] | None:
        """This one."""
        return self.name, str(self.prefix)

    def never(self, plan: Plan) -> str:
        """One of a node that is no router."""
        known = plan.node_named(self.name)
        if known is not None and known.role in (Role.HOST, Role.INSTANCE, Role.SERVICE):
            return f"{self.name} is no router: its routes do not change"
        return ""

    def holds(self, lab: WatchedLab) -> bool:
        """By what the node's kernel told. One that never was is not gone."""
        told, about = lab.signs.routes, (self.name, str(self.prefix))
        interface = told.get(about)
        if self.via is not None:
            return self.via in over(lab.plan, self.name, interface)
        return interface is not None if self.is_ == PRESENT else about in told and interface is None
