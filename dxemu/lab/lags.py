"""Link aggregation groups of the running lab: waiting until LACP has agreed on all members."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.node import LabNode
from dxemu.netlink import bond
from dxemu.plan.model import Plan

LOOK_S = 0.1
READY_WITHIN_S = 120.0
"""Two rounds of LACP's slow rate, and some."""


async def lags_ready(plan: Plan, nodes: Mapping[str, LabNode], clock: Clock) -> None:
    """Return when every bond has a partner on every member. A Linux bond without one would forward, too.

    Raises LabError if it takes too long.
    """
    waited = 0.0
    while missing := [b for b in plan.bonds if not (await bond.read(nodes[b.node].netlink, b.name)).ready]:
        if waited >= READY_WITHIN_S:
            names = ", ".join(f"{b.name} on {b.node}" for b in missing)
            raise LabError(f"LACP has not agreed on {names} within {READY_WITHIN_S:g} s")
        await clock.settle(LOOK_S)  # the kernel tells no event for a partner found
        waited += LOOK_S
