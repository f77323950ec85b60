"""What befalls the routing processes of a lab: sessions that one end holds down, routers that stand still, quotas."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from dxemu.aws.quotas import routes_allocated
from dxemu.host.clock import Clock
from dxemu.lab.changeable_router import ChangeableRouter
from dxemu.lab.overlay import Overlay
from dxemu.lab.routing import Routing
from dxemu.plan.model import BgpSession, Plan


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """The speakers, BFD and IKE daemons of a lab. `up` are the signs of life of sessions, as (sign, session, node)."""

    plan: Plan
    routing: Routing
    overlay: Overlay
    up: AbstractSet[tuple[str, str, str]]
    clock: Clock

    async def hold_down(self, session: str, node: str, *, down: bool) -> bool:
        """Have one end close a session and take no connection, or take them again. Gives whether it has the session."""
        router = next(router for router in self.routing.at(node) if router.has(session))
        await router.hold_down(session, down=down)
        return session in router.established

    def is_up(self, session: str) -> bool:
        """Whether both ends say that a session is up."""
        return all(("bgp", session, end.node) in self.up for end in self.plan.session(session).ends)

    def freeze(self, node: str, *, frozen: bool) -> Mapping[str, str]:
        """Stop all routing programs of a node where they are, or let them go on. Gives the kernel's word for each."""
        routers = self.routing.at(node)
        if frozen:
            for router in routers:
                router.freeze(frozen=True)
        read = self._signal(self.programs(node), frozen=frozen)
        if not frozen:
            for router in routers:
                router.freeze(frozen=False)
        return read

    def freeze_ike(self, node: str, *, frozen: bool) -> Mapping[str, str]:
        """The same for the IKE daemon of a node alone."""
        return self._signal(self.overlay.programs(node), frozen=frozen)

    async def refuse_keys(self, tunnel: str, *, refused: bool) -> str:
        """AWS's end refuses new keys for ESP, or takes them again: `dxemu.lab.refused_keys`."""
        from dxemu.lab.refused_keys import refuse, take_again  # few labs need it

        one = self.plan.tunnel(tunnel)
        return await (refuse if refused else take_again)(self.overlay, one)

    def programs(self, node: str) -> Mapping[str, int]:
        """The numbers of a node's processes that route: BGP, BFD, IKE."""
        found = dict(self.overlay.programs(node))
        exabgp = self.routing.speakers.get(node)
        if exabgp is not None and exabgp.pid is not None:
            found["BGP"] = exabgp.pid
        if self.routing.bfd is not None:
            found |= self.routing.bfd.programs(node)
        return found

    def states(self, node: str) -> Mapping[str, str]:
        """The kernel's word for each of them (proc(5)). One that has ended is not there."""
        return {name: _state(pid) for name, pid in self.programs(node).items()}

    @staticmethod
    def _signal(programs: Mapping[str, int], *, frozen: bool) -> Mapping[str, str]:
        """All of them are our children: the kernel says when each has taken the signal, or has ended."""
        number, taken = (signal.SIGSTOP, os.WSTOPPED) if frozen else (signal.SIGCONT, os.WCONTINUED)
        for pid in programs.values():
            os.kill(pid, number)
            os.waitid(os.P_PID, pid, taken | os.WEXITED | os.WNOWAIT)
        return {name: _state(pid) for name, pid in programs.items()}

    async def limit(self, session: str, most: int | None) -> bool:
        """AWS takes `most` prefixes on a session from now on (None: what the design says). Gives whether it is up."""
        aws, quota = self._aws(session), None if most is None else routes_allocated(most)
        await aws.befall(self.plan, session, replace(aws.befallen(session), quota=quota))
        return session in aws.established

    async def shut_bfd(self, session: str, node: str, *, shut: bool) -> bool:
        """Shut BFD of a session down at one end, or run it again. Gives whether it runs there."""
        assert self.routing.bfd is not None
        return await self.routing.bfd.shut(self.plan, session, node, shut=shut)

    async def slow(self, virtual_interface: str, by_s: float | None) -> Mapping[str, tuple[float, int]]:
        """Have BGP and BFD leave both ends so much later, or (None) no longer: `dxemu.lab.slow_control`."""
        from dxemu.lab.slow_control import slow  # few labs need it

        assert self.routing.site is not None
        return await slow(self.plan, self.routing.site.nodes, virtual_interface, by_s)

    async def drain(self, session: str, *, drained: bool) -> int:
        """AWS announces and takes nothing on a session, or does so again. Gives how many prefixes it has told."""
        aws = self._aws(session)
        await aws.drain(session, drained=drained)
        await self._heard(aws.configured(session))
        return len(aws.told(session))

    async def prepend(self, session: str, times: int) -> str:
        """AWS puts its ASN so often in front once more (0: as designed). Gives what it then has told, in words."""
        await self._befall(session, prepend=times)
        lengths = {len(one.as_path) for one in self._aws(session).told(session)}
        return f"AS_PATHs on {session} have {' or '.join(map(str, sorted(lengths))) or 'no'} ASNs"

    async def tell_med(self, session: str, med: int | None) -> str:
        """AWS tells this MED on a session (None: as designed). Gives what it then has told, in words."""
        await self._befall(session, med=med)
        told = {str(one.med) for one in self._aws(session).told(session)}
        return f"the MED on {session} is {' or '.join(sorted(told)) or 'told with nothing'}"

    async def _befall(self, session: str, **of: Any) -> None:  # Any: fields of Befallen
        """Have this befall AWS's end of a session; all else that has stays. Returns when the customer knows."""
        aws = self._aws(session)
        await aws.retune(self.plan, session, replace(aws.befallen(session), **of))
        await self._heard(aws.configured(session))

    async def _heard(self, session: BgpSession) -> None:
        """Return when each end's table holds what the other one announces, or it is plain that an end is cut off."""
        from dxemu.lab.heard import not_heard  # few labs need these
        from dxemu.lab.session_changes import HEARD_WITHIN_S, LOOK_S

        aws, waited = self._aws(session.name), 0.0
        while session.name in aws.established and waited < HEARD_WITHIN_S and not_heard(self.routing, session):
            await self.clock.settle(LOOK_S)
            waited += LOOK_S

    def _aws(self, session: str) -> ChangeableRouter:
        return self.routing.routers[self.plan.session(session).ends[1].speaker]


def _state(pid: int) -> str:
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:  # noqa: PTH123 - pathlib costs time here
        return file.read().rpartition(")")[2].split()[0]
