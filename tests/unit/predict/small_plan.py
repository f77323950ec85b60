"""The plan of a shipped topology with round delays: only the circuits (3 ms) and the backbone (1 ms) take time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from dxemu.plan.make import make_plan
from dxemu.plan.model import BfdSession, CableRole, Plan
from dxemu.topology.load import load
from dxemu.units import Seconds

BFD = BfdSession(interval=Seconds(0.3), detect_mult=3)


@cache
def made(name: str) -> Plan:
    return make_plan(load(Path(__file__).parents[3] / "topologies" / f"{name}.yaml"))


def rounded(plan: Plan, cross_connect_delay: float = 0.0) -> Plan:
    delays = {CableRole.LAN: 0.0, CableRole.VPC: 0.0, CableRole.CROSS_CONNECT: cross_connect_delay}
    return replace(plan, cables=tuple(replace(c, delay=Seconds(delays.get(c.role, c.delay))) for c in plan.cables))


@cache
def small_plan(
    *, bfd: BfdSession | None = BFD, cross_connect_delay: float = 0.0, name: str = "backup_connection"
) -> Plan:
    plan = rounded(made(name), cross_connect_delay)
    return replace(
        plan,
        sessions=tuple(
            replace(s, ends=tuple(replace(end, bfd=bfd) for end in s.ends)) if s.external else s for s in plan.sessions
        ),
    )
