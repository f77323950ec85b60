"""AWS takes fewer prefixes on a virtual interface than before: somebody lowers its allocation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, SessionClosed, aws_end
from dxemu.parameters import Need, Takes, parameter, target_field
from dxemu.plan.model import BgpSession, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaLowered(Fault):
    """AWS takes `to` prefixes in each address family. Where more are announced it closes the session, and stays Idle.

    It is healed by the quota that was there, and a reset of the sessions. How much is announced is counted without
    what other faults and actions add.
    """

    words: ClassVar[str] = "AWS takes fewer prefixes on it; where more are announced it closes the session"
    imitates: ClassVar[str] = "an allocation that ends, or was granted for a while only"
    leaves_out: ClassVar[str] = "how AWS tells the customer of it"

    virtual_interface: str | None = target_field()
    to: int = parameter(Takes.WHOLE, need=Need.ALWAYS, least=0, most=1000, words="so many", example="0")

    def mistake(self, plan: Plan) -> str:
        """A quota that is not above what AWS takes already."""
        quotas = [one.prefix_quota for one in plan.sessions_on(self.target)]
        most = max((quota.most for quota in quotas if quota is not None), default=0)
        return f"AWS takes {most} prefixes on '{self.target}' as it is" if self.to >= most else ""

    def closed(self, plan: Plan) -> Iterator[BgpSession]:
        """The sessions on which the customer announces more than that by design."""
        for session in plan.sessions_on(self.target):
            end = session.ends[0]
            own = plan.speaker(end.speaker).originates if end.announces is None else end.announces
            if session.in_service and sum(p.version == end.address.version for p in own) > self.to:
                yield session

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """AWS closes what is beyond it."""
        return tuple(SessionClosed(session.name, aws_end(session), reset=True) for session in self.closed(plan))

    async def inject(self, lab: BreakableLab) -> str:
        """Lower it; AWS's end says whether it still has the session."""
        wanted = {session.name for session in self.closed(lab.plan)}
        states = {s.name: await lab.control.limit(s.name, self.to) for s in lab.plan.sessions_on(self.target)}
        still = [name for name in wanted if states[name]]
        if still:
            raise FaultNotApplied(f"AWS should have closed {' and '.join(still)} at {self.to} prefixes, and has not")
        words = ", ".join(f"{name} is {'up' if up else 'down'}" for name, up in states.items())
        return f"AWS takes {self.to} prefixes on {self.target}: {words}"

    async def heal(self, lab: BreakableLab) -> str:
        """The quota is the old one, and the sessions are reset."""
        for session in lab.plan.sessions_on(self.target):
            await lab.control.limit(session.name, None)
        states = await lab.operator.reset(self.target)
        return ", ".join(f"{session} is {'up' if up else 'still down'}" for session, up in states.items())
