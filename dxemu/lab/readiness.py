"""Before any daemon starts: every interface of the plan is usable, read back from the kernels."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from dxemu.errors import LabError
from dxemu.lab.hosted import unaccepted
from dxemu.lab.node import LabNode
from dxemu.netlink.usable import Usable
from dxemu.plan.model import Plan

USABLE_WITHIN_S = 10.0
"""Lab time. The kernel needs up to a second to tell of carrier (net/core/link_watch.c)."""


async def interfaces_usable(plan: Plan, nodes: Mapping[str, LabNode]) -> None:
    """Return when a daemon that starts finds every interface up, with carrier, and its addresses in use.

    Raises LabError, with what is lacking, if it takes too long.
    """
    for node, names in _wanted(plan).items():
        async with Usable(nodes[node].namespace, names) as usable:
            try:
                async with asyncio.timeout(USABLE_WITHIN_S):
                    while usable.lacking():
                        await usable.changed()
            except TimeoutError:
                words = "; ".join(f"{name}: {lacks}" for name, lacks in sorted(usable.lacking().items()))
                raise LabError(f"interfaces of {node} are not usable within {USABLE_WITHIN_S:g} s: {words}") from None


def _wanted(plan: Plan) -> Mapping[str, frozenset[str]]:
    """The interfaces by node, without those that stay down.

    AWS's ends of virtual interfaces that nobody has accepted, and of LAGs on which LACP never agrees, with their VLANs.
    """
    partnerless = {(one.node, one.name) for one in plan.bonds if one.least_members > len(one.members)}
    vlans = {(one.node, one.name) for one in plan.vlans if (one.node, one.parent) in partnerless}
    waiting = {*unaccepted(plan), *partnerless, *vlans}
    wanted = defaultdict(set)
    for node, name in (
        *((port.node, port.name) for cable in plan.cables for port in (cable.a, cable.b)),
        *((made.node, made.name) for made in plan.bridges),
        *((made.node, made.name) for made in plan.bonds),
        *((made.node, made.name) for made in plan.vlans),
        *((made.node, made.name) for made in plan.vrfs),
        *((end.node, end.interface) for tunnel in plan.tunnels for end in tunnel.ends),
        *((held.node, held.interface) for held in plan.addresses),
    ):
        if (node, name) not in waiting:
            wanted[node].add(name)
    return {node: frozenset(names) for node, names in wanted.items()}
