"""Plan -> namespaces, cables, interfaces, addresses, static routes. By netlink, from this one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import MappingProxyType

from dxemu.aws.lag import LacpMode
from dxemu.control.wires import Wires
from dxemu.host.clock import Clock
from dxemu.host.native import MininetNode, connect
from dxemu.lab.cable import LabCable
from dxemu.lab.hosted import unaccepted
from dxemu.lab.journal import Each, silently
from dxemu.lab.neighbours import be_patient, introduce
from dxemu.lab.node import LabNode
from dxemu.lab.shares import share_flows
from dxemu.netlink import (
    address,
    bond,
    bridge,
    link,
    route,
    rule,
    sysctl,
    veth,
    vlan,
    vrf,
    xfrm_interface,
)
from dxemu.netlink.session import Netlink
from dxemu.plan.model import Bond, IpsecTunnel, LookupRule, Plan, Role

FORWARDING = (Role.ROUTER, Role.INTERNET, Role.DX_DEVICE, Role.VPN_ENDPOINT, Role.GATEWAY, Role.VPC)
IPV4 = 4
NOTHING_BETWEEN: Mapping[str, Netlink] = MappingProxyType({})
FIRST_RULE, LAST_RULE = 100, 32_800
"""Priorities: rules by incoming interface come before the VRFs' own (1000), the last one after the main table's."""

QUIET_IPV6 = {
    "net/ipv6/conf/all/accept_dad": "0",
    "net/ipv6/conf/default/accept_dad": "0",
    "net/ipv6/conf/all/accept_ra": "0",
    "net/ipv6/conf/default/accept_ra": "0",
    "net/ipv6/conf/default/router_solicitations": "0",
    "net/ipv6/conf/all/keep_addr_on_down": "1",
    "net/ipv6/conf/default/keep_addr_on_down": "1",
}
"""An address is usable at once, and nobody asks for routers: lab routers do not advertise themselves."""

WITHOUT_IPV6 = {"net/ipv6/conf/all/disable_ipv6": "1", "net/ipv6/conf/default/disable_ipv6": "1"}

VRF_SERVERS = {
    "net/ipv4/tcp_l3mdev_accept": "1",
    "net/ipv4/udp_l3mdev_accept": "1",
    "net/ipv4/raw_l3mdev_accept": "1",
    "net/ipv4/ip_nonlocal_bind": "1",
    "net/ipv6/ip_nonlocal_bind": "1",
}
"""One BGP speaker and one BFD speaker serve all VRFs of a device (Linux Documentation/networking/vrf.rst). They are in
none of them, so their addresses are not local to them."""


async def build_nodes(plan: Plan, stack: AsyncExitStack, each: Each = silently, seed: int = 1) -> Mapping[str, LabNode]:
    """A namespace for every node, with a socket to configure it. How it shares flows is drawn from the run's `seed`."""
    settings = node_settings(plan)
    nodes = {}
    for node in each("nodes", plan.nodes):
        mininet_node = MininetNode(node.name)
        stack.callback(mininet_node.terminate)
        netlink = await stack.enter_async_context(Netlink(mininet_node.namespace))
        nodes[node.name] = LabNode(node, mininet_node, netlink)
        configure(nodes[node.name], settings[node.name], seed)
    return nodes


def configure(node: LabNode, settings: Mapping[str, str], seed: int) -> None:
    """Give a node's kernel its settings (`node_settings`)."""
    for name, value in settings.items():
        sysctl.write(node.namespace, name, value)
    if node.plan.role in FORWARDING:
        share_flows(node.namespace, node.name, seed, ipv6=settings.items() >= QUIET_IPV6.items())


def node_settings(plan: Plan) -> Mapping[str, Mapping[str, str]]:
    """What is written into each node's kernel once it is there, by its name."""
    dual_stack = {held.node for held in plan.addresses if held.address.version == 6}  # noqa: PLR2004
    with_vrf = {planned.node for planned in plan.vrfs}
    return {
        node.name: _settings(node.role, dual_stack=node.name in dual_stack, with_vrf=node.name in with_vrf)
        for node in plan.nodes
    }


def _settings(role: Role, *, dual_stack: bool, with_vrf: bool) -> Mapping[str, str]:
    settings: dict[str, str] = {}
    if dual_stack:
        settings |= QUIET_IPV6
    else:  # its router solicitations would only be counted among the packets of a cable
        settings |= WITHOUT_IPV6
    if role in FORWARDING:
        settings |= {"net/ipv4/ip_forward": "1"}
        if dual_stack:
            settings |= {"net/ipv6/conf/all/forwarding": "1"}
    if with_vrf:
        settings |= VRF_SERVERS
    return settings


async def between(cables: Sequence[str], stack: AsyncExitStack) -> Mapping[str, Netlink]:
    """Where the pieces in the middle of these cables are to be."""
    if not cables:
        return NOTHING_BETWEEN
    from dxemu.lab.middle_piece import place  # few labs need it

    return dict.fromkeys(cables, await place(stack))


async def build_cables(
    plan: Plan,
    nodes: Mapping[str, LabNode],
    each: Each = silently,
    seed: int = 1,
    places: Mapping[str, Netlink] = NOTHING_BETWEEN,
) -> Mapping[str, LabCable]:
    """Every cable: a veth pair, and netem at both ends once they are up. What faults lose is drawn from `seed`.

    Those that have a piece in the middle have it at `places`.
    """
    cables = {}
    for number, cable in enumerate(each("cables", plan.cables)):
        a, b = nodes[cable.a.node], nodes[cable.b.node]
        piece = None
        if cable.name in places:
            from dxemu.lab.middle_piece import MiddlePiece  # few labs need it

            ends = (cable.a, a), (cable.b, b)
            piece = await MiddlePiece.put(places[cable.name], number, cable, ends)
        else:
            here, there = veth.End(cable.a.name, cable.a.mac), veth.End(cable.b.name, cable.b.mac)
            await veth.apply(a.netlink, here, b.netlink, there, mtu=cable.mtu)
        connect(a.mininet, cable.a.name, b.mininet, cable.b.name)
        cables[cable.name] = LabCable(cable, a, b, seed, piece)
        await cables[cable.name].connect()
    return cables


async def build_interfaces(plan: Plan, nodes: Mapping[str, LabNode], clock: Clock, each: Each = silently) -> None:
    """Bridges, bonds, VRFs, VLANs, tunnels, everything up, addresses, routes: each needs the ones before.

    VRFs come before what is put into them, because programs that read the list of interfaces in its order then know
    each one's VRF: BIRD 2.0.12 looks once more for those that it has not seen, but leaves that off after the first
    (sysdep/linux/netlink.c, kif_do_scan: the interface moves to the end of the list that it goes through).

    AWS's end of a hosted virtual interface that nobody has accepted stays down. Bonds count ticks from where they and
    the light of their members came up: each begins at a moment of its own.
    """
    for planned in plan.bridges:
        await bridge.apply(nodes[planned.node].netlink, bridge.BridgeDevice(planned.name, planned.ports))
    for group in plan.bonds:
        async with clock.moment():
            await build_bond(group, nodes)
    async with clock.moment():
        for cable in plan.cables:
            for port in (cable.a, cable.b):
                await link.set_up(nodes[port.node].netlink, port.name, up=True)
    for table in plan.vrfs:
        await vrf.apply(nodes[table.node].netlink, vrf.VrfDevice(table.name, table.table, ()))
    for sub in each("VLANs", plan.vlans):
        await vlan.apply(nodes[sub.node].netlink, vlan.Vlan(sub.name, sub.parent, int(sub.vlan_id), sub.mtu))
    await _virtual_links(plan, nodes)
    waiting = unaccepted(plan)
    for sub in plan.vlans:
        if (sub.node, sub.name) in waiting:
            await vlan.bind(nodes[sub.node].netlink, sub.name, loosely=True)
        else:
            await link.set_up(nodes[sub.node].netlink, sub.name, up=True)
    for node, parent in dict.fromkeys((sub.node, sub.parent) for sub in plan.vlans):
        refuse_untagged(nodes[node], parent)
    for planned in plan.bridges:
        await link.set_up(nodes[planned.node].netlink, planned.name, up=True)
    for held in each("addresses", plan.addresses):
        await address.apply(nodes[held.node].netlink, held.interface, held.address)
        be_patient(nodes[held.node], held)
    await introduce(plan, nodes)
    await _routes(plan, nodes)


async def build_bond(planned: Bond, nodes: Mapping[str, LabNode]) -> None:
    """One end of a LAG with its members, up."""
    netlink = nodes[planned.node].netlink
    await bond.apply(
        netlink,
        bond.BondDevice(
            name=planned.name,
            members=planned.members,
            mac=planned.mac,
            mtu=planned.mtu,
            lacp_rate=bond.LacpRate.FAST if planned.lacp_fast else bond.LacpRate.SLOW,
            min_links=planned.least_members,
            lacp_active=None if planned.lacp is LacpMode.OFF else planned.lacp is LacpMode.ACTIVE,
            down_delay_ms=round(planned.carrier_delay.down * 1e3),
        ),
    )
    await link.set_up(netlink, planned.name, up=True)


async def _virtual_links(plan: Plan, nodes: Mapping[str, LabNode]) -> None:
    """Tunnels' interfaces and VRFs. `lo` is up where it has an address."""
    for node in dict.fromkeys(held.node for held in plan.addresses if held.interface == "lo"):
        await link.set_up(nodes[node].netlink, "lo", up=True)
    for tunnel in plan.tunnels:
        await build_tunnel(tunnel, nodes)
    for planned in plan.vrfs:
        for member in planned.interfaces:
            await link.set_master(nodes[planned.node].netlink, member, planned.name)
        await link.set_up(nodes[planned.node].netlink, planned.name, up=True)


async def build_tunnel(tunnel: IpsecTunnel, nodes: Mapping[str, LabNode]) -> None:
    """A tunnel's interfaces at both ends, up. Who has its keys is another matter (`dxemu.lab.overlay`)."""
    for end in tunnel.ends:
        wanted = xfrm_interface.XfrmInterface(end.interface, tunnel.if_id, end.underlay_interface, tunnel.mtu)
        await xfrm_interface.apply(nodes[end.node].netlink, wanted)
        await link.set_up(nodes[end.node].netlink, end.interface, up=True)


async def restore_node(plan: Plan, nodes: Mapping[str, LabNode], node: str) -> None:
    """What the kernel forgot of a node while its ports were down: static routes and permanent neighbours."""
    await introduce(plan, nodes, node)
    await _static_routes(plan, nodes, node)


async def _static_routes(plan: Plan, nodes: Mapping[str, LabNode], only: str | None = None) -> None:
    wires = Wires(plan)
    for fixed in plan.static_routes:
        if only not in (None, fixed.node):
            continue
        if fixed.throw:
            await route.throw(nodes[fixed.node].netlink, fixed.destination, table=fixed.table)
            continue
        interface = None if fixed.via is None else wires.interface_towards(fixed.via, fixed.node)
        await route.replace(
            nodes[fixed.node].netlink,
            fixed.destination,
            fixed.via,
            protocol=route.STATIC,
            table=fixed.table,
            interface=interface,
        )


async def _routes(plan: Plan, nodes: Mapping[str, LabNode]) -> None:
    """Static routes and rules. A rule is for each IP version that its node has.

    In a VRF only for IPv4: of an IPv6 packet the rules see the VRF, not the interface that it came in by. The VRF's own
    table keeps gateways apart for both versions.
    """
    await _static_routes(plan, nodes)
    versions: dict[str, set[int]] = {}
    for held in plan.addresses:
        versions.setdefault(held.node, set()).add(held.address.version)
    in_vrf = {(planned.node, name) for planned in plan.vrfs for name in planned.interfaces}
    for held in plan.addresses:  # the interface's own addresses are local in its VRF's table only
        for planned in plan.rules:
            if (held.node, held.interface) == (planned.node, planned.incoming) and (
                held.node,
                held.interface,
            ) in in_vrf:
                await route.throw(nodes[held.node].netlink, held.address.network, table=planned.table)
    for number, planned in enumerate(plan.rules):
        seen = {IPV4} if (planned.node, planned.incoming) in in_vrf else versions[planned.node]
        for version in sorted(seen):
            await rule.apply(nodes[planned.node].netlink, _rule(planned, number, version))


def policy_rules(plan: Plan, planned: LookupRule) -> tuple[rule.PolicyRule, ...]:
    """A rule of the plan in the kernel's words, for each IP version that it is for."""
    in_vrf = {(of.node, name) for of in plan.vrfs for name in of.interfaces}
    held = {address.address.version for address in plan.addresses_of(planned.node)}
    versions = {IPV4} if (planned.node, planned.incoming) in in_vrf else held
    number = plan.rules.index(planned)
    return tuple(_rule(planned, number, version) for version in sorted(versions))


def _rule(planned: LookupRule, number: int, version: int) -> rule.PolicyRule:
    priority = LAST_RULE if planned.incoming is None else FIRST_RULE + number
    return rule.PolicyRule(priority=priority, table=planned.table, incoming=planned.incoming, version=version)


def refuse_untagged(node: LabNode, port: str) -> None:
    """Linux would take an untagged packet for an address that a VLAN of the port has; AWS and routers do not."""
    sysctl.write(node.namespace, f"net/ipv4/conf/{port}/rp_filter", "1")
    sysctl.write(node.namespace, f"net/ipv4/conf/{port}/arp_ignore", "1")
