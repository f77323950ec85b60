"""AWS's own failover test: it takes the BGP sessions of a virtual interface down, and brings them back by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from dxemu.errors import FaultNotApplied
from dxemu.faults.base import BreakableLab, Fault
from dxemu.faults.effects import Effect, SessionClosed, aws_end
from dxemu.parameters import Takes, parameter, target_field
from dxemu.plan.model import BgpSession, Plan
from dxemu.units import Seconds

MINUTE_S = 60
DEFAULT, LONGEST = Seconds(180 * MINUTE_S), Seconds(4320 * MINUTE_S)
"""StartBgpFailoverTest, testDurationInMinutes: Direct Connect API Reference, 2012-10-25; read 2026-11-23."""
BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True)
class FailoverTest(Fault):
    """The chosen BGP peers are down at AWS's side, and the virtual interface's state is `testing`.

    It ends after `duration` (180 minutes, if nobody says another one), or as soon as somebody stops it: by `for`, or by
    healing it. What the customer's router is told is not published; here it is the NOTIFICATION of an administrative
    shutdown (Cease/2), and AWS takes no connection. BFD goes on.
    """

    words: ClassVar[str] = "AWS's failover test takes its BGP sessions down; it ends by itself"
    imitates: ClassVar[str] = "AWS's API StartBgpFailoverTest, as customers use it"
    leaves_out: ClassVar[str] = "what AWS's edge sends at that moment, which is not published"
    aws_state: ClassVar[str] = "testing"

    virtual_interface: str | None = target_field()
    duration: Seconds = parameter(
        Takes.DURATION, default=DEFAULT, least=MINUTE_S, most=float(LONGEST), words="180 min", example="10 min"
    )
    peers: str = parameter(Takes.WORD, default=BOTH, choices=("ipv4", "ipv6", BOTH), words="both, ipv4 or ipv6")

    @property
    def ends_after(self) -> Seconds:
        """The test's own duration."""
        return self.duration

    def sessions(self, plan: Plan) -> tuple[BgpSession, ...]:
        """The chosen ones of the virtual interface."""
        mine = plan.sessions_on(self.target)
        return tuple(one for one in mine if self.peers in (BOTH, f"ipv{one.ends[0].address.version}"))

    def mistake(self, plan: Plan) -> str:
        """A virtual interface may have no such peer, or one that is off already."""
        chosen = self.sessions(plan)
        if not chosen:
            return f"'{self.target}' has no {self.peers} peer"
        off = next((one for one in chosen if not one.in_service), None)
        return "" if off is None else f"'{off.name}' is not up by design, so that a test would show nothing"

    def effects(self, plan: Plan) -> tuple[Effect, ...]:
        """AWS's ends close their sessions."""
        return tuple(SessionClosed(one.name, aws_end(one)) for one in self.sessions(plan))

    async def inject(self, lab: BreakableLab) -> str:
        """Start the test; AWS's ends say that the sessions are down."""
        return await self._hold(lab, down=True)

    async def heal(self, lab: BreakableLab) -> str:
        """End it; AWS's ends take connections."""
        return await self._hold(lab, down=False)

    async def _hold(self, lab: BreakableLab, *, down: bool) -> str:
        for session in self.sessions(lab.plan):
            has = await lab.control.hold_down(session.name, aws_end(session), down=down)
            if down and has:
                raise FaultNotApplied(f"{aws_end(session)} should have no session {session.name}, and has it")
        names = " and ".join(session.name for session in self.sessions(lab.plan))
        return f"AWS holds {names} down: {self.aws_state}" if down else f"AWS takes connections of {names}"
