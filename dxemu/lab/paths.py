"""Where a packet goes: asked hop by hop of the kernels' own routing tables."""

from __future__ import annotations

from collections.abc import Mapping

from dxemu.lab.node import LabNode
from dxemu.netlink import route
from dxemu.plan.model import Cable, Plan, Port, Role

MAX_HOPS = 32


async def walk(plan: Plan, nodes: Mapping[str, LabNode], source: str, target: str) -> tuple[list[str], bool]:
    """Names of nodes and cables in turn, from `source`; and whether the tables lead to `target`.

    It follows the tables, whether or not the cables carry anything at this moment.
    """
    destination = plan.address_of(target)
    hops, here = [source], source
    while here != target and len(hops) < MAX_HOPS:
        found = await route.lookup(nodes[here].netlink, destination)
        if found is None:
            return hops, False
        next_hop = found.via if found.via is not None else destination
        port = _port_of(plan, here, found.interface, next_hop)
        cable, other = _other_end(plan, here, port)
        hops += [cable.name, other.node]
        while plan.node(other.node).role is Role.CARRIER:
            cable, other = _through(plan, other)
            hops += [cable.name, other.node]
        here = other.node
    return hops, here == target


def _port_of(plan: Plan, node: str, interface: str, next_hop: object) -> str:
    """The port under an interface: itself, the parent of a VLAN, or the port of a bridge that leads to `next_hop`."""
    for sub in plan.vlans:
        if sub.node == node and sub.name == interface:
            return sub.parent
    for bridge in plan.bridges:
        if bridge.node == node and bridge.name == interface:
            holder = next(a.node for a in plan.addresses if a.address.ip == next_hop)
            return next(p for p in bridge.ports if _other_end(plan, node, p)[1].node == holder)
    return interface


def _other_end(plan: Plan, node: str, port: str) -> tuple[Cable, Port]:
    for cable in plan.cables:
        for here, there in ((cable.a, cable.b), (cable.b, cable.a)):
            if here.node == node and here.name == port:
                return cable, there
    raise KeyError(f"no cable at port {port} of {node}")


def _through(plan: Plan, port: Port) -> tuple[Cable, Port]:
    """Across a carrier's bridge, which joins two ports."""
    bridge = next(b for b in plan.bridges if b.node == port.node and port.name in b.ports)
    other = next(name for name in bridge.ports if name != port.name)
    return _other_end(plan, port.node, other)
