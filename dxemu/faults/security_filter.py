"""A stateful firewall on the way: connections that it sees in one direction only do not pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, Worsened
from dxemu.parameters import target_field
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityFilter(Fault):
    """The node passes TCP packets of connections only whose beginning it has seen; all others vanish in it.

    So a connection whose one direction goes another way never comes about, and one that was there before, or that moves
    here from another way, stands still. BGP and the rest of the node's own words are left alone. UDP passes: its first
    packet opens a connection, whoever sends it.
    """

    words: ClassVar[str] = "a stateful firewall drops TCP of connections whose beginning it has not seen"
    imitates: ClassVar[str] = (
        "a firewall put in, or restarted, where directions part: on a router, in an inspection VPC behind its gateway"
        " without appliance mode, a security group on a host"
    )
    leaves_out: ClassVar[str] = "rules of who may open a connection, and firewalls that tell each other what they know"
    needs: ClassVar[tuple[str, ...]] = ("dxemu.lab.guards",)

    router: str | None = target_field()
    gateway: str | None = target_field(words="before its VPC attachments")
    host: str | None = target_field()
    instance: str | None = target_field()

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """Which connections are there, and which way they go, is not known before."""
        return tuple(Worsened(cable.name) for cable in plan.cables_of_node(self.target))

    def clash(self, other: Fault) -> str:
        """Why it cannot stand while `other` does, in words; "" if it can."""
        same = isinstance(other, SecurityFilter) and other.target == self.target
        return f"a stateful firewall stands on {self.target} already" if same else ""

    async def inject(self, lab: BreakableLab) -> str:
        """Put it up; the kernel is asked for its rule."""
        if not await lab.filters.guards.put(f"security_filter {self.target}", self.target):
            raise FaultNotApplied(f"the kernel of {self.target} has no rule of a stateful firewall")
        return f"{self.target} passes TCP of connections only whose beginning it sees from now on"

    async def heal(self, lab: BreakableLab) -> str:
        """Take it away; the kernel is asked what it has dropped, and for what is left."""
        dropped, left = await lab.filters.guards.take(f"security_filter {self.target}")
        if left:
            raise FaultNotApplied(f"{self.target} should pass everything, its kernel holds {left} rules")
        return f"{self.target} passes everything again, {dropped} packets dropped meanwhile"
