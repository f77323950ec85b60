"""What some labs have beside cables and routes: limits, source NAT, source filters, packets that vanish, services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AsyncExitStack
from ipaddress import IPv4Address, IPv4Network
from itertools import product

from dxemu.control.barred import barred
from dxemu.errors import LabError
from dxemu.host.clock import Clock
from dxemu.lab.limits import apply_limits
from dxemu.lab.node import LabNode
from dxemu.netlink import mss, nft_message, nftables, segmentation, source_nat, sysctl
from dxemu.netlink.session import NETLINK_NETFILTER, Netlink
from dxemu.plan.index import by_key
from dxemu.plan.model import Plan, SilentDrop, SourceFilter

NAT_TABLE = "dxemu_nat"
DROP_TABLE = "dxemu_too_long"
BARRED_TABLE = "dxemu_barred"
MSS_TABLE = "dxemu_mss"
STRICT = "1"
"""rp_filter: the best way back must lead out by the same interface (Linux, ip-sysctl.rst)."""


async def build_extras(plan: Plan, nodes: Mapping[str, LabNode]) -> None:
    """All of them, once interfaces are up."""
    await apply_limits(plan, nodes)
    for node in dict.fromkeys(nat.node for nat in plan.nats):
        await translate(plan, nodes[node])
    for node in dict.fromkeys(clamp.node for clamp in plan.mss_clamps):
        await clamp_segments(plan, nodes[node])
    for filtered in plan.source_filters:
        filter_sources(filtered, nodes)
    for node, groups in barred(plan).items():
        await bar(groups, nodes[node])
    for node in dict.fromkeys(drop.node for drop in plan.silent_drops):
        await drop_silently(plan, nodes[node])
    for drop in plan.silent_drops:
        await cut_into_frames(plan, drop, nodes)


async def translate(plan: Plan, node: LabNode) -> None:
    """A node's source NAT: all of its rules at once, in place of what was there if there was any."""
    rules = tuple(
        (nat.interface, nat.network, nat.address)
        for nat in plan.nats_at(node.name)
        if isinstance(nat.network, IPv4Network) and isinstance(nat.address, IPv4Address)
    )
    async with Netlink(node.namespace, NETLINK_NETFILTER) as netlink:
        await nftables.delete(netlink, NAT_TABLE, missing_ok=True)
        if rules:
            await source_nat.apply(netlink, NAT_TABLE, rules)


async def clamp_segments(plan: Plan, node: LabNode) -> str:
    """A node's clamps of TCP's segments: all at once, in place of what was there. What was read back, in words.

    Raises LabError.
    """
    clamps = plan.mss_clamps_at(node.name)
    async with Netlink(node.namespace, NETLINK_NETFILTER) as netlink:
        if await mss.read(netlink, MSS_TABLE):
            await mss.delete(netlink, MSS_TABLE)
        if clamps:
            await mss.apply(netlink, MSS_TABLE, tuple((clamp.interface, clamp.mss) for clamp in clamps))
        found, wanted = len(await mss.read(netlink, MSS_TABLE)), sum(1 if c.interface is None else 2 for c in clamps)
    if found != wanted:
        raise LabError(f"{node.name} should have {wanted} rules about TCP's segments, the kernel says {found}")
    sizes = " and ".join(dict.fromkeys(str(clamp.mss) for clamp in clamps))
    return f"segments of {sizes} bytes at most" if clamps else "segments as they come"


def filter_sources(filtered: SourceFilter, nodes: Mapping[str, LabNode]) -> None:
    """Strict reverse path forwarding on an interface."""
    sysctl.write(nodes[filtered.node].namespace, f"net/ipv4/conf/{filtered.interface}/rp_filter", STRICT)


async def bar(groups: Sequence[AbstractSet[str]], node: LabNode) -> None:
    """Between the ports of each group of a node's nothing goes from now on (`dxemu.control.barred`)."""
    between = tuple(
        nftables.DropRule(interface=one, out_interface=other)
        for group in groups
        for one, other in product(sorted(group), repeat=2)
    )
    async with Netlink(node.namespace, NETLINK_NETFILTER) as netlink:
        await nftables.delete(netlink, BARRED_TABLE, missing_ok=True)
        if between:
            await nftables.apply(netlink, BARRED_TABLE, nftables.Hook.FORWARD, between)


async def drop_silently(plan: Plan, node: LabNode) -> str:
    """Long packets vanish where they come into a node: all that it drops, in place of what it did.

    What was read back, in words. Raises LabError.
    """
    drops = by_key(plan.silent_drops, lambda drop: (drop.node,)).get(node.name, ())
    rules = tuple(nftables.DropRule(interface=drop.interface, longer_than=drop.longer_than) for drop in drops)
    async with Netlink(node.namespace, NETLINK_NETFILTER) as netlink:
        await nftables.delete(netlink, DROP_TABLE, nft_message.INET_FAMILY, missing_ok=True)
        if rules:
            await nftables.apply(netlink, DROP_TABLE, nftables.Hook.PREROUTING, rules, nft_message.INET_FAMILY)
        found = len(await nftables.read(netlink, DROP_TABLE, nft_message.INET_FAMILY))
    if found != len(rules):
        raise LabError(f"{node.name} should drop long packets at {len(rules)} interfaces, the kernel says {found}")
    sizes = " and ".join(dict.fromkeys(str(drop.longer_than) for drop in drops))
    return f"packets of more than {sizes} bytes vanish" if drops else "packets of all lengths come in"


async def cut_into_frames(plan: Plan, drop: SilentDrop, nodes: Mapping[str, LabNode]) -> None:
    """What is sent to where long packets vanish: the rule takes what TCP hands over at once for one long packet."""
    ends = next((s.ends for s in plan.sessions for e in s.ends if (e.node, e.interface) == _at(drop)), None)
    if ends is not None:
        node, interface = next((end.node, end.interface) for end in ends if (end.node, end.interface) != _at(drop))
    else:
        cable = plan.cable_at(drop.node, drop.interface)
        sender = cable.a if cable.b.node == drop.node else cable.b
        node, interface = sender.node, sender.name
    await segmentation.apply(nodes[node].netlink, interface, 1)


def _at(drop: SilentDrop) -> tuple[str, str]:
    return drop.node, drop.interface


async def start_services(plan: Plan, nodes: Mapping[str, LabNode], clock: Clock, stack: AsyncExitStack) -> None:
    """The public services, each on its host."""
    if not plan.services:
        return
    from dxemu.daemons.services import serve  # imported where there are any: imports cost time in the guest

    for service in plan.services:
        async with clock.moment():
            stack.callback(serve(service, nodes[service.node].namespace))
