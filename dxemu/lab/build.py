"""Plan -> namespaces, cables, interfaces, addresses, static routes. By netlink, from this one process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack

from dxemu.host.native import MininetNode, connect
from dxemu.lab.cable import LabCable
from dxemu.lab.node import LabNode
from dxemu.netlink import address, bridge, link, route, sysctl, veth, vlan
from dxemu.netlink.session import Netlink
from dxemu.plan.model import Plan, Role

FORWARDING = (Role.ROUTER, Role.DX_DEVICE, Role.GATEWAY)


async def build_nodes(plan: Plan, stack: AsyncExitStack) -> Mapping[str, LabNode]:
    """A namespace for every node, with a socket to configure it."""
    nodes = {}
    for node in plan.nodes:
        mininet_node = MininetNode(node.name)
        stack.callback(mininet_node.terminate)
        netlink = await stack.enter_async_context(Netlink(mininet_node.namespace))
        nodes[node.name] = LabNode(node, mininet_node, netlink)
        # No IPv6 in this design: its router solicitations would only be counted among the packets of a cable.
        sysctl.write(mininet_node.namespace, "net/ipv6/conf/all/disable_ipv6", "1")
        sysctl.write(mininet_node.namespace, "net/ipv6/conf/default/disable_ipv6", "1")
        if node.role in FORWARDING:
            sysctl.write(mininet_node.namespace, "net/ipv4/ip_forward", "1")
    return nodes


async def build_cables(plan: Plan, nodes: Mapping[str, LabNode]) -> Mapping[str, LabCable]:
    """Every cable: a veth pair, and netem at both ends once they are up."""
    cables = {}
    for cable in plan.cables:
        a, b = nodes[cable.a.node], nodes[cable.b.node]
        await veth.apply(
            a.netlink,
            veth.End(cable.a.name, cable.a.mac),
            b.netlink,
            veth.End(cable.b.name, cable.b.mac),
            mtu=cable.mtu,
        )
        connect(a.mininet, cable.a.name, b.mininet, cable.b.name)
        cables[cable.name] = LabCable(cable, a, b)
        await cables[cable.name].connect()
    return cables


async def build_interfaces(plan: Plan, nodes: Mapping[str, LabNode]) -> None:
    """Bridges, VLANs, everything up, addresses, static routes: in this order, since each needs the one before."""
    for planned in plan.bridges:
        await bridge.apply(nodes[planned.node].netlink, bridge.Bridge(planned.name, planned.ports))
    for cable in plan.cables:
        for port in (cable.a, cable.b):
            await link.set_up(nodes[port.node].netlink, port.name, up=True)
    for sub in plan.vlans:
        await vlan.apply(nodes[sub.node].netlink, vlan.Vlan(sub.name, sub.parent, int(sub.vlan_id), sub.mtu))
        await link.set_up(nodes[sub.node].netlink, sub.name, up=True)
    for planned in plan.bridges:
        await link.set_up(nodes[planned.node].netlink, planned.name, up=True)
    for held in plan.addresses:
        await address.apply(nodes[held.node].netlink, held.interface, held.address)
    for fixed in plan.static_routes:
        await route.replace(nodes[fixed.node].netlink, fixed.destination, fixed.via, protocol=route.STATIC)
