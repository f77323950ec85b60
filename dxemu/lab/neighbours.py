"""Neighbours that a node knows without asking: AWS's own, and those of a router that keeps a dark port for a while."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dxemu.lab.node import LabNode
from dxemu.netlink import neighbour
from dxemu.plan.model import CableRole, Plan, SessionEnd
from dxemu.units import IPAddress


async def introduce(plan: Plan, nodes: Mapping[str, LabNode], only: str | None = None) -> None:
    """AWS's own nodes know each other: nobody waits for ARP on the backbone when traffic moves to another device.

    A router with a carrier delay keeps its peers: Linux forgets them with the light, and would hold packets back until
    it is there again, where a router sends them into the dark.
    """
    for node, interface, address, mac in (*_backbone(plan), *_peers(plan)):
        if only in (None, node):
            await neighbour.apply(nodes[node].netlink, interface, address, mac)


def _backbone(plan: Plan) -> Iterator[tuple[str, str, IPAddress, str]]:
    held: dict[tuple[str, str], list[IPAddress]] = {}
    for one in plan.addresses:
        held.setdefault((one.node, one.interface), []).append(one.address.ip)
    for cable in plan.cables:
        if cable.role is CableRole.BACKBONE:
            for here, there in ((cable.a, cable.b), (cable.b, cable.a)):
                for far in held.get((there.node, there.name), ()):
                    yield here.node, here.name, far, there.mac


def _peers(plan: Plan) -> Iterator[tuple[str, str, IPAddress, str]]:
    for session in plan.sessions:
        for mine, other in (session.ends, session.ends[::-1]):
            if session.tunnel is None and session.in_service and _waits(plan, mine):
                yield mine.node, mine.interface, other.address, _mac(plan, other)


def _waits(plan: Plan, end: SessionEnd) -> bool:
    return bool(plan.carrier_delay_at(end.node, end.port).down)


def _mac(plan: Plan, end: SessionEnd) -> str:
    bond = plan.bond_at(end.node, end.port)
    if bond is not None:
        return bond.mac
    cable = plan.cable_at(end.node, end.port)
    return next(port.mac for port in (cable.a, cable.b) if (port.node, port.name) == (end.node, end.port))
