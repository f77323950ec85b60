"""The routes of the kernels' tables over time, as the kernels told each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dxemu.control.wires import Wires
from dxemu.events.base import Event
from dxemu.events.routes import TableChanged
from dxemu.plan.model import Plan


@dataclass(frozen=True, slots=True)
class RouteSeen:
    """From `t` seconds on a node's kernel has a route by `interface`, or none (None)."""

    t: float
    interface: str | None


def changes(events: Sequence[Event], node: str, prefix: str) -> list[RouteSeen]:
    """Every change of the route to a prefix at a node, in order; empty if it never had one."""
    return [
        RouteSeen(e.t, None if e.via is None else e.interface)
        for e in events
        if isinstance(e, TableChanged) and (e.node, e.prefix) == (node, prefix)
    ]


def at(found: Sequence[RouteSeen], t: float) -> RouteSeen | None:
    """What holds at `t`; None if nothing was told by then."""
    return next((one for one in reversed(found) if one.t <= t), None)


def over(plan: Plan, node: str, interface: str | None) -> frozenset[str]:
    """The connection, LAG or tunnel that an interface of a node leads into; nothing for any other."""
    if interface is None:
        return frozenset()
    wires = Wires(plan)
    tunnel = wires.tunnel_far_end(node, interface)
    ports = wires.ports(node, interface)
    bonds = (plan.bond_over(node, port) for port in ports)
    ends = {(node, port) for port in ports}
    cables = [c for c in plan.cables_of_node(node) if {(c.a.node, c.a.name), (c.b.node, c.b.name)} & ends]
    names = {cable.connection for cable in cables} | {bond.lag for bond in bonds if bond is not None}
    return frozenset({name for name in names if name is not None} | ({tunnel[0]} if tunnel is not None else set()))
