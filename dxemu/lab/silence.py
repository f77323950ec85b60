"""A virtual interface that carries nothing, at both ends."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.lab.node import LabNode
from dxemu.netlink import netem
from dxemu.plan.model import Plan

NOTHING_PASSES = netem.Netem(rate_bps=10**9, delay_s=0.0, loss_percent=100.0, limit=1000)


async def silence(
    plan: Plan, nodes: Mapping[str, LabNode], virtual_interface: str, *, silent: bool
) -> Mapping[str, float]:
    """Drop all of one virtual interface's packets, or none. Gives the loss in percent, by node."""
    read = {}
    for session in plan.sessions_on(virtual_interface):
        for end in session.ends:
            netlink = nodes[end.node].netlink
            if silent:
                await netem.apply(netlink, end.interface, NOTHING_PASSES)
                read[end.node] = (await netem.read(netlink, end.interface)).loss_percent
            elif end.node not in read:
                await netem.delete(netlink, end.interface)
                read[end.node] = 0.0
    return read
