"""What some labs have beside cables and routes: limits, source NAT, source filters, packets that vanish, services."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from ipaddress import IPv4Address, IPv4Network
from itertools import product

from dxemu.control.barred import barred
from dxemu.host.clock import Clock
from dxemu.lab.limits import apply_limits
from dxemu.lab.node import LabNode
from dxemu.netlink import nftables, segmentation, source_nat, sysctl
from dxemu.netlink.session import NETLINK_NETFILTER, Netlink
from dxemu.plan.model import Plan

NAT_TABLE = "dxemu_nat"
DROP_TABLE = "dxemu_vpn_mtu"
BARRED_TABLE = "dxemu_barred"
STRICT = "1"
"""rp_filter: the best way back must lead out by the same interface (Linux, ip-sysctl.rst)."""


async def build_extras(plan: Plan, nodes: Mapping[str, LabNode]) -> None:
    """All of them, once interfaces are up."""
    await apply_limits(plan, nodes)
    for node in dict.fromkeys(nat.node for nat in plan.nats):
        rules = tuple(
            (nat.interface, nat.network, nat.address)
            for nat in plan.nats_at(node)
            if isinstance(nat.network, IPv4Network) and isinstance(nat.address, IPv4Address)
        )
        async with Netlink(nodes[node].namespace, NETLINK_NETFILTER) as netlink:
            await source_nat.apply(netlink, NAT_TABLE, rules)
    for filtered in plan.source_filters:
        sysctl.write(nodes[filtered.node].namespace, f"net/ipv4/conf/{filtered.interface}/rp_filter", STRICT)
    for node, groups in barred(plan).items():
        between = tuple(
            nftables.DropRule(interface=one, out_interface=other)
            for group in groups
            for one, other in product(sorted(group), repeat=2)
        )
        async with Netlink(nodes[node].namespace, NETLINK_NETFILTER) as netlink:
            await nftables.apply(netlink, BARRED_TABLE, nftables.Hook.FORWARD, between)
    for drop in plan.silent_drops:
        rule = nftables.DropRule(interface=drop.interface, longer_than=drop.longer_than)
        async with Netlink(nodes[drop.node].namespace, NETLINK_NETFILTER) as netlink:
            await nftables.apply(netlink, DROP_TABLE, nftables.Hook.PREROUTING, (rule,))
        cable = plan.cable_at(drop.node, drop.interface)
        sender = cable.a if cable.b.node == drop.node else cable.b
        # The rule sees what TCP hands over at once as one long packet: it is cut into frames in front of it.
        await segmentation.apply(nodes[sender.node].netlink, sender.name, 1)


async def start_services(plan: Plan, nodes: Mapping[str, LabNode], clock: Clock, stack: AsyncExitStack) -> None:
    """The public services, each on its host."""
    if not plan.services:
        return
    from dxemu.daemons.services import serve  # imported where there are any: imports cost time in the guest

    for service in plan.services:
        async with clock.moment():
            stack.callback(serve(service, nodes[service.node].namespace))
