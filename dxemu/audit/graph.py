"""The design as a graph (networkx): which cables and nodes are left when something fails, whatever routing does."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import networkx as nx

from dxemu.audit.design import Design, GatewayPath
from dxemu.audit.elements import Failure, Outcome
from dxemu.control.wires import vlan_of
from dxemu.plan.model import CableRole, Plan, Role, Side
from dxemu.predict.notice import is_dead

OWN = (CableRole.LAN, CableRole.CIRCUIT, CableRole.CROSS_CONNECT)
"""Cables before AWS's own network."""


def elements_of(design: Design) -> Mapping[str, tuple[Outcome, ...]]:
    """The outcomes of everything that can fail alone, by element."""
    found: dict[str, tuple[Outcome, ...]] = {}
    for outcome in design.outcomes:
        element = outcome.failures[0].element
        found[element] = (*found.get(element, ()), outcome)
    return found


def is_part(design: Design, part: Failure, whole: Failure) -> bool:
    """Whether all that `part` breaks is broken by `whole` too."""
    return _broken(design, part) <= _broken(design, whole)


def _broken(design: Design, failure: Failure) -> set[str]:
    """Cables, and the virtual interfaces that have no cable left."""
    cables = set(failure.impact.cables)
    vifs = [s for s in design.plan.sessions if s.virtual_interface is not None and is_dead(design.plan, s, cables)]
    return cables | {vlan_of(str(session.virtual_interface)) for session in vifs}


def physical(plan: Plan, dead: Collection[str] = (), roles: Collection[CableRole] = tuple(CableRole)) -> nx.MultiGraph:
    """Nodes and cables of `roles` without the cables in `dead`."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(node.name for node in plan.nodes)
    graph.add_edges_from(
        (cable.a.node, cable.b.node, cable.name)
        for cable in plan.cables
        if cable.role in roles and cable.name not in dead
    )
    return graph


def is_joined(plan: Plan, dead: Collection[str], near: str, far: str) -> bool:
    """Whether any cables at all still lead from one node to the other."""
    return bool(nx.has_path(physical(plan, dead), near, far))


def reaches(design: Design, way: GatewayPath, failure: Failure) -> bool:
    """Whether the data center still reaches AWS's device by this way's connections when something has failed."""
    plan, dead = design.plan, set(failure.impact.cables)
    if vlan_of(way.name) in dead:
        return False
    hosts = [node.name for node in plan.nodes_of(Role.HOST, Side.CUSTOMER)]
    starts = hosts or list(design.topology.customer.data_center.routers)
    without = {c.name for c in plan.cables if c.connection is not None}
    for connection in way.connections:
        mine = {cable.name for cable in plan.cables_of_connection(connection.name)}
        if not mine.isdisjoint(dead):
            continue
        graph = physical(plan, dead | without, OWN)
        if any(nx.has_path(graph, start, connection.router) for start in starts):
            return True
    return False
