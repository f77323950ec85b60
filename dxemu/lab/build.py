"""Plan -> namespaces, cables, interfaces, addresses, static routes. By netlink, from this one process."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack

from dxemu.host.native import MininetNode, connect
from dxemu.lab.cable import LabCable
from dxemu.lab.node import LabNode
from dxemu.netlink import address, bridge, link, neighbour, route, sysctl, veth, vlan
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
    for node, parent in dict.fromkeys((sub.node, sub.parent) for sub in plan.vlans):
        _refuse_untagged(nodes[node], parent)
    for planned in plan.bridges:
        await link.set_up(nodes[planned.node].netlink, planned.name, up=True)
    for held in plan.addresses:
        await address.apply(nodes[held.node].netlink, held.interface, held.address)
    await _introduce_aws(plan, nodes)
    for fixed in plan.static_routes:
        await route.replace(nodes[fixed.node].netlink, fixed.destination, fixed.via, protocol=route.STATIC)


def _refuse_untagged(node: LabNode, port: str) -> None:
    """Linux would take an untagged packet for an address that a VLAN of the port has; AWS and routers do not."""
    sysctl.write(node.namespace, f"net/ipv4/conf/{port}/rp_filter", "1")
    sysctl.write(node.namespace, f"net/ipv4/conf/{port}/arp_ignore", "1")


async def _introduce_aws(plan: Plan, nodes: Mapping[str, LabNode]) -> None:
    """AWS's own devices know each other: nobody waits for ARP on the backbone when traffic moves to another device."""
    macs = {(port.node, port.name): port.mac for cable in plan.cables for port in (cable.a, cable.b)}
    for gateway in plan.gateways:
        for hop in gateway.backbone:
            device, hub = nodes[hop.device].netlink, nodes[gateway.node].netlink
            hub_mac = macs[gateway.node, hop.gateway_interface]
            device_mac = macs[hop.device, hop.device_interface]
            await neighbour.apply(device, hop.device_interface, hop.gateway_address, hub_mac)
            await neighbour.apply(hub, hop.gateway_interface, hop.device_address, device_mac)
