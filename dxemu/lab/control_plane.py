"""What befalls the routing processes of a lab: sessions that one end holds down, routers that stand still, quotas."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from dxemu.aws.quotas import routes_allocated
from dxemu.lab.overlay import Overlay
from dxemu.lab.routing import Routing
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """The speakers, BFD and IKE daemons of a lab. `up` are the signs of life of sessions, as (sign, session, node)."""

    plan: Plan
    routing: Routing
    overlay: Overlay
    up: AbstractSet[tuple[str, str, str]]

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

    def programs(self, node: str) -> Mapping[str, int]:
        """The numbers of a node's processes that route: BGP, BFD, IKE."""
        found = dict(self.overlay.programs(node))
        exabgp = self.routing.speakers.get(node)
        if exabgp is not None and exabgp.pid is not None:
            found["BGP"] = exabgp.pid
        if self.routing.bfd is not None:
            found |= self.routing.bfd.programs(node)
        return found

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
        planned = self.plan.session(session)
        other = planned if most is None else replace(planned, prefix_quota=routes_allocated(most))
        aws = self.routing.routers[planned.ends[1].speaker]
        await aws.follow(self.plan, other)
        return session in aws.established


def _state(pid: int) -> str:
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:  # noqa: PTH123 - pathlib costs time here
        return file.read().rpartition(")")[2].split()[0]
