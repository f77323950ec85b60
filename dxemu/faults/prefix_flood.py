"""A router of the customer's announces more than AWS takes: a full table leaks, or a route map is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, SessionClosed, aws_end, of_one_asn
from dxemu.parameters import count_field, target_field
from dxemu.plan.model import BgpSession, Plan

FIRST = IPv4Network("100.64.0.0/24")
"""RFC 6598: nobody else announces these."""
MOST = 16_384
"""Networks of that size in 100.64.0.0/10."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixFlood(Fault):
    """The router announces `count` networks more, which no filter of the customer's stops.

    Beyond its quota AWS closes the session (Cease/1) and stays Idle. To heal it the networks are withdrawn, and the
    sessions are reset on the customer's routers, as AWS asks for.
    """

    words: ClassVar[str] = "it announces so many networks more; beyond its quota AWS closes the session, stays Idle"
    imitates: ClassVar[str] = "a full table that leaks, a route map that is lost"
    leaves_out: ClassVar[str] = "a leak that grows slowly, route by route"

    router: str | None = target_field()
    count: int = count_field(words="so many")

    @property
    def networks(self) -> tuple[IPv4Network, ...]:
        """What is announced."""
        first = int(FIRST.network_address)
        return tuple(IPv4Network((first + (number << 8), 24)) for number in range(self.count))

    def mistake(self, plan: Plan) -> str:
        """There are only so many networks, and only the customer's routers announce any."""
        del plan
        return f"there are no {self.count} such networks: at most {MOST}" if self.count > MOST else ""

    def sessions(self, plan: Plan) -> Iterator[BgpSession]:
        """Those of its own, and of the routers that it tells, that AWS closes: IPv4 has a quota of its own."""
        routers = of_one_asn(plan, self.target)
        for session in plan.sessions:
            mine, quota = session.ends[0], session.prefix_quota
            heard = mine.speaker in routers and mine.address.version == FIRST.version
            if heard and quota is not None and self.count > quota.most and session.in_service:
                yield session

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """AWS closes what is beyond its quota."""
        plan.speaker(self.target)
        return tuple(SessionClosed(session.name, aws_end(session), reset=True) for session in self.sessions(plan))

    async def inject(self, lab: BreakableLab) -> str:
        """Announce them; the router's table is read back."""
        await lab.operator.leak(self.target, self.networks)
        missing = len(set(self.networks) - set(lab.operator.announced(self.target)))
        if missing:
            raise FaultNotApplied(f"{self.target} should announce {self.count} networks more, {missing} are not there")
        return f"{self.target} announces {self.count} networks more, {FIRST} and those after it"

    async def heal(self, lab: BreakableLab) -> str:
        """Withdraw them, and clear the sessions that AWS holds Idle."""
        left = await lab.operator.stop_leak(self.target, self.networks)
        if left:
            raise FaultNotApplied(f"{self.target} still announces {len(left)} of the networks")
        vifs = dict.fromkeys(s.virtual_interface for s in self.sessions(lab.plan) if s.virtual_interface is not None)
        states = [state for vif in vifs for state in (await lab.operator.reset(vif)).items()]
        words = ", ".join(f"{name} is {'up' if up else 'down'}" for name, up in states)
        return f"{self.target} announces none of them; {words or 'no session was closed'}"
