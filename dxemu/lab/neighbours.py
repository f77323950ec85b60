"""Neighbours that a node knows without asking, and what it does when one whom it asks does not answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dxemu.lab.node import LabNode
from dxemu.netlink import neighbour, sysctl
from dxemu.plan.model import Address, CableRole, Plan, Role, SessionEnd
from dxemu.units import IPAddress

PATIENCE_S = 4 * 60 * 60
"""As long as a router knows a neighbour, and then asks: one question a second (Linux net/ipv4/arp.c, net/ipv6/ndisc.c:
retrans_time)."""
EVICTS = {4: "arp", 6: "ndisc"}


async def introduce(plan: Plan, nodes: Mapping[str, LabNode], only: str | None = None) -> None:
    """AWS's own nodes know each other: nobody waits for ARP on the backbone when traffic moves to another device.

    A router with a carrier delay keeps its peers: Linux forgets them with the light, and would hold packets back until
    it is there again, where a router sends them into the dark.
    """
    for node, interface, address, mac in (*_backbone(plan), *_peers(plan)):
        if only in (None, node):
            await neighbour.apply(nodes[node].netlink, interface, address, mac)


def be_patient(node: LabNode, held: Address) -> None:
    """A node sends to the last address that ARP, or neighbour discovery, told it, and asks there each second.

    So do routers (Cisco IOS for 4 h, Junos for 20 min). Linux takes an address back 3 s after it began to ask, some
    40 s into a silent cut; it then holds packets back, which arrive late and make the outage shorter than it was, and
    needs up to a second once all is well. A host keeps it without light, too: it stands for those behind a switch,
    whose ports go on shining when a router dies.

    Linux asks an address that it has known for 15 to 45 s. It draws how long once for all whom an interface knows, and
    then anew every 300 s, as what else a kernel of its version draws before leaves it (net/core/neighbour.c,
    neigh_rand_reach_time): nothing that a router does, and no number that a seed could repeat on another version.
    """
    if held.interface == "lo":
        return
    family = f"ipv{held.address.version}"
    sysctl.write(node.namespace, f"net/{family}/neigh/{held.interface}/base_reachable_time_ms", str(PATIENCE_S * 1000))
    sysctl.write(node.namespace, f"net/{family}/neigh/{held.interface}/ucast_solicit", str(PATIENCE_S))
    if node.plan.role is Role.HOST:
        sysctl.write(
            node.namespace, f"net/{family}/conf/{held.interface}/{EVICTS[held.address.version]}_evict_nocarrier", "0"
        )


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
