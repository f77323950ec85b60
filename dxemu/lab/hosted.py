"""Hosted virtual interfaces: AWS's end of one that its owner has not accepted is down, whatever its port does.

Linux switches the VLANs of a port off and on with it (net/8021q/vlan.c), except those that are loosely bound to it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from dxemu.lab.node import LabNode
from dxemu.netlink import link, vlan
from dxemu.plan.model import BgpSession, Plan


def unaccepted(plan: Plan) -> Collection[tuple[str, str]]:
    """AWS's ends of those that nobody has accepted, as node and interface."""
    return {(s.ends[1].node, s.ends[1].interface) for s in plan.sessions if not s.confirmed}


async def accept(plan: Plan, nodes: Mapping[str, LabNode], session: BgpSession, *, accepted: bool) -> bool:
    """The owner accepts the virtual interface of `session`, or it is as if not. Gives whether AWS's end is up then.

    That is what the kernel says, or, while something holds its port down, whether it comes up with that. Raises
    LabError.
    """
    end = session.ends[1]
    node = nodes[end.node]
    await vlan.bind(node.netlink, end.interface, loosely=not accepted)
    parents = [one.parent for one in plan.vlans if (one.node, one.name) == (end.node, end.interface)]
    if accepted and any(node.is_held(parent) for parent in parents):
        return True
    await link.set_up(node.netlink, end.interface, up=accepted)
    return (await link.read(node.netlink, end.interface)).up
