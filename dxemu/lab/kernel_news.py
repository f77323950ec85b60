"""What a node's kernel says by itself, as events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dxemu.events.links import LacpChanged, PortCarrierChanged
from dxemu.events.routes import TableChanged
from dxemu.netlink.monitor import CarrierChanged, MemberChanged, RouteChanged
from dxemu.plan.model import Plan


def of_tables(node: str, changes: Sequence[RouteChanged]) -> Iterator[TableChanged]:
    """Its tables have changed."""
    for change in changes:
        via = " ".join(map(str, change.vias)) or None
        yield TableChanged(node=node, prefix=str(change.prefix), via=via, interface=change.interface)


def of_port(
    plan: Plan, node: str, cable: str, change: CarrierChanged | MemberChanged, waits_s: float | None = None
) -> LacpChanged | PortCarrierChanged:
    """A port has lost or got its carrier, or a member of a bond its part in it. `cable` is in that port.

    `waits_s` is how long the node waits before it takes the port for down.
    """
    if not isinstance(change, MemberChanged):
        return PortCarrierChanged(node=node, interface=change.interface, cable=cable, up=change.up, waits_s=waits_s)
    bond = plan.bond_over(node, change.interface)
    assert bond is not None
    return LacpChanged(node=node, lag=bond.lag, cable=cable, up=change.sends)
