"""A node without power: all its ports are dark. And with power again, as it was built."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.lab.build import restore_node
from dxemu.lab.node import LabNode
from dxemu.netlink import link
from dxemu.plan.model import Plan, Port


def ports_of(plan: Plan, node: str) -> list[tuple[Port, Port]]:
    """Every port of a node, with the port at the other end of its cable."""
    found = []
    for cable in plan.cables:
        for here, there in ((cable.a, cable.b), (cable.b, cable.a)):
            if here.node == node:
                found.append((here, there))
    return found


async def set_power(plan: Plan, nodes: Mapping[str, LabNode], node: str, *, on: bool) -> Mapping[str, bool]:
    """Switch a node's ports, all at once. Gives the carrier that the kernels then see at the other ends, by node.

    The node's programs go on, but reach nobody: their sessions end as those of a router that lost power.
    """
    for here, _ in ports_of(plan, node):
        await link.set_up(nodes[node].netlink, here.name, up=on)
    if on:
        await restore_node(plan, nodes, node)
    return {
        there.node: (await link.read(nodes[there.node].netlink, there.name)).carrier
        for _, there in ports_of(plan, node)
    }
