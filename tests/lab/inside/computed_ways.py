"""The way of a packet that `dxemu.control.forward` computes is the one that the kernels' own tables say."""

from __future__ import annotations

import asyncio
from itertools import pairwise, product

import pytest

from dxemu.control.forward import Forwarding, forwarding
from dxemu.control.forwarding_path import ForwardingPath
from dxemu.control.wires import is_vlan
from dxemu.lab.lab import Lab
from dxemu.lab.node import LabNode
from dxemu.lab.paths import Walker
from dxemu.plan.model import Plan, Role
from tests.lab.guest import REPOSITORY
from tests.lab.running import Told, all_seen, lab_of, plan_of

TOPOLOGIES = [file.stem for file in sorted((REPOSITORY / "topologies").glob("*.yaml"))]
TOPOLOGIES += ["route_tables_of_vpcs", "static_routes_to_attachments"]
TUNNELS_DIE_WITHIN_S, ROUTES_SETTLE_WITHIN_S = 60.0, 1.0
"""A tunnel whose underlay has gone is given up after its hold timer or dead peer detection."""

ENDS = (Role.HOST, Role.INSTANCE, Role.SERVICE)


def pairs(plan: Plan) -> list[tuple[str, str, int]]:
    """Every two machines in each direction, and in each IP version that both have."""
    versions = {
        node.name: {held.address.version for held in plan.addresses if held.node == node.name}
        for node in plan.nodes
        if node.role in ENDS
    }
    return [
        (source, target, version)
        for source, target in product(versions, versions)
        for version in sorted(versions[source] & versions[target])
        if source != target
    ]


def computed(plan: Plan, tables: Forwarding, source: str, target: str, version: int) -> list[tuple[list[str], bool]]:
    """The ways as `Walker.walk` tells one: a tunnel by its name, of a LAG the first member, switches in between.

    There are several where routes share the flows: the kernel takes one of them.
    """
    return [(words(plan, way), way.arrives) for way in tables.ways(source, plan.address_of(target, version))]


def words(plan: Plan, way: ForwardingPath) -> list[str]:
    tunnels = {frozenset((t.ends[0].node, t.ends[1].node)): t.name for t in plan.tunnels}
    said = [way.nodes[0]]
    for (here, there), crossing in zip(pairwise(way.nodes), way.crossings, strict=True):
        tunnel = tunnels.get(frozenset((here, there)))
        if tunnel is not None:
            said += [tunnel, there]
            continue
        cables = [name for name in crossing.ways[0] if not is_vlan(name)]
        for number, cable in enumerate(cables):
            said += [cable, *crossing.through[number : number + 1]]
        said.append(there)
    return said


async def differences(plan: Plan, lab: Lab, nodes: dict[str, LabNode], tables: Forwarding) -> list[str]:
    walker = Walker(plan, nodes)
    found = []
    for source, target, version in pairs(plan):
        kernel = await walker.walk(source, target, version)
        ours = computed(plan, tables, source, target, version)
        if kernel not in ours:
            found.append(f"{source} to {target} (IPv{version}): kernel {kernel}, computed {ours}")
    return found


async def compare(plan: Plan) -> None:
    """While all is well, and once everybody has noticed that the first virtual interface is silent."""
    async with lab_of(plan) as (lab, events):
        await lab.converged([])
        nodes = {node.name: lab.node(node.name) for node in plan.nodes}
        assert await differences(plan, lab, nodes, forwarding(plan)) == []
        first = next(s for s in plan.sessions if s.virtual_interface is not None and s.confirmed)
        assert first.virtual_interface is not None
        await lab.silence(first.virtual_interface, silent=True)
        gone = [
            {"event": "bgp", "node": end.node, "session": s.name, "state": "down"}
            for s in plan.sessions
            if s.virtual_interface == first.virtual_interface
            for end in s.ends
        ]
        await all_seen(lab.journal, events, gone, within_s=120)
        await lab.journal.clock.settle(TUNNELS_DIE_WITHIN_S if plan.tunnels else ROUTES_SETTLE_WITHIN_S)
        assert await differences(plan, lab, nodes, forwarding(plan, down(events))) == []


def down(events: list[Told]) -> frozenset[str]:
    """The sessions whose last word was that they are down."""
    last = {str(e["session"]): e["state"] for e in events if e["event"] == "bgp"}
    return frozenset(session for session, state in last.items() if state == "down")


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_computed_way_is_the_kernels(topology: str) -> None:
    plan = plan_of(topology)
    asyncio.run(compare(plan))
