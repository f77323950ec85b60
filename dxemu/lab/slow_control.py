"""Virtual interfaces whose BGP and BFD are late at both ends, while all else is as it was."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.lab.node import LabNode
from dxemu.netlink import control_queue
from dxemu.netlink.session import NETLINK_NETFILTER, Netlink
from dxemu.plan.model import Plan


async def slow(
    plan: Plan, nodes: Mapping[str, LabNode], virtual_interface: str, by_s: float | None
) -> Mapping[str, tuple[float, int]]:
    """Have them leave so much later, or (None) no longer.

    Gives by node how late they are then, in seconds, and how many were late meanwhile. Raises LabError.
    """
    read = {}
    ends = dict.fromkeys((end.node, end.interface) for one in plan.sessions_on(virtual_interface) for end in one.ends)
    for node, interface in ends:
        netlink = nodes[node].netlink
        async with Netlink(nodes[node].namespace, NETLINK_NETFILTER) as netfilter:
            if by_s is not None:
                await control_queue.apply(netlink, netfilter, interface, by_s)
                read[node] = await control_queue.read(netlink, interface)
                continue
            _, late = await control_queue.read(netlink, interface)
            await control_queue.delete(netlink, netfilter, interface)
            left, _ = await control_queue.read(netlink, interface)
            read[node] = left, late
    return read
