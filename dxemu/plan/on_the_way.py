"""What packets are said to lead over: connections, LAGs and tunnels."""

from __future__ import annotations

from collections.abc import Sequence

from dxemu.plan.model import Plan


def names_on(plan: Plan, hops: Sequence[str]) -> set[str]:
    """All on a way whose `hops` are nodes and cables in turn: a tunnel, or a cable's connection and LAG."""
    found: set[str | None] = set()
    for hop in hops[1::2]:
        cable = plan.cable_named(hop)
        if cable is None:
            found.add(hop)
            continue
        bonds = (plan.bond_over(port.node, port.name) for port in (cable.a, cable.b))
        found |= {cable.connection, *(bond.lag for bond in bonds if bond is not None)}
    return {name for name in found if name is not None}
