"""What a fault does to the design: the words between a fault and the windows that `plan.predict` computes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dxemu.plan.model import Cable, Plan
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Cables that stop carrying packets from `at` to `until` (None: for good).

    A virtual interface alone is written as `vlan_of` says, among the cables.

    `carrier_lost_at` are the nodes whose port loses carrier: they know at once. Everybody else whose
    session crosses one of `cables` finds out by BFD or by the hold timer. Empty means a silent fault.
    `restarting` are the nodes whose routing process is not there, while their kernels go on forwarding.
    """

    fault: str
    at: Seconds
    until: Seconds | None
    cables: tuple[str, ...]
    carrier_lost_at: tuple[str, ...] = ()
    restarting: tuple[str, ...] = ()


def cut(fault: str, at: Seconds, until: Seconds | None, cable: Cable) -> Impact:
    """A cable without light: no packet over it, and both its ends know at once."""
    return Impact(fault=fault, at=at, until=until, cables=(cable.name,), carrier_lost_at=(cable.a.node, cable.b.node))


def silenced(fault: str, at: Seconds, until: Seconds | None, cables: Iterable[str]) -> Impact:
    """No packet over `cables`, and nobody is told."""
    return Impact(fault=fault, at=at, until=until, cables=tuple(cables))


def dark_nodes(plan: Plan, fault: str, at: Seconds, until: Seconds | None, nodes: Collection[str]) -> Impact:
    """The impact of nodes without power: their cables are dead, and whoever is at the other ends loses light."""
    cables = [cable for cable in plan.cables if {cable.a.node, cable.b.node} & set(nodes)]
    ends = dict.fromkeys(end.node for cable in cables for end in (cable.a, cable.b))
    return Impact(
        fault=fault, at=at, until=until, cables=tuple(cable.name for cable in cables), carrier_lost_at=tuple(ends)
    )


def cable_of(plan: Plan, what: str, name: str) -> Cable:
    """The cable that a `connection` (its cross connect, at AWS's port), `circuit` or `internet` (a router) means."""
    return plan.cable(f"internet_{name}" if what == "internet" else name)


def nodes_at(plan: Plan, location: str) -> tuple[str, ...]:
    """Everything that stands in a Direct Connect location."""
    return tuple(node.name for node in plan.nodes if node.place == location)


def node_of(plan: Plan, what: str, name: str) -> str:
    """The node that a `router`, `device` or `tunnel` (AWS's endpoint of it) means."""
    if what == "tunnel":
        return next(tunnel.ends[1].node for tunnel in plan.tunnels if tunnel.name == name)
    return name


def circuits_of(plan: Plan, carrier: str) -> tuple[str, ...]:
    """The cables of a carrier's circuits."""
    return tuple(cable.name for cable in plan.cables if cable.carrier == carrier)
