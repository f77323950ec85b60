"""Packets that vanish where they arrive, by what they are: nftables chains of single interfaces.

Such a chain sees what comes in by its interface before bridges, bonds, IP and IPsec do: also LACPDUs, what is in a
VLAN, and what is only passed on. A capture still shows it, as the kernel takes captures before.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from itertools import product

from dxemu.netlink import flow_hash
from dxemu.netlink import nft_message as nft
from dxemu.netlink.nftables import DropCounter, counters
from dxemu.netlink.session import Netlink, NetlinkError
from dxemu.plan.packets import Packets

_INGRESS = 0
_ETH_P_IP = 0x0800
_ADDRESSES, _SOURCE, _DESTINATION = 4, 12, 16


def _rules(one: Packets, seed: int) -> list[nft.Rule]:
    """A rule for each end that may have the port, and each direction."""
    if one.flows_percent is not None:
        return list(flow_hash.rules(one.flows_percent, seed))
    if one.lost_percent is not None:
        return list(flow_hash.rules_by_chance(one.lost_percent))
    ethertype = _ETH_P_IP if one.between is not None else one.ethertype
    first: nft.Rule = []
    if ethertype is not None:
        first += [nft.meta(nft.META_PROTOCOL), nft.compare(nft.EQUAL, struct.pack("!H", ethertype))]
    if one.protocol is not None:
        first += [nft.meta(nft.META_L4PROTO), nft.compare(nft.EQUAL, bytes([one.protocol]))]
    ways = [()] if one.between is None else [one.between, one.between[::-1]]
    ends = [()] if one.port is None else [(0, one.port), (2, one.port)]
    return [[*first, *_addresses(way), *_port(end), *nft.drop()] for way, end in product(ways, ends)]


def _addresses(way: Sequence[IPv4Address]) -> nft.Rule:
    found: nft.Rule = []
    for offset, address in zip((_SOURCE, _DESTINATION), way, strict=False):
        found += [nft.payload(nft.NETWORK_HEADER, offset, _ADDRESSES), nft.compare(nft.EQUAL, address.packed)]
    return found


def _port(end: Sequence[int]) -> nft.Rule:
    if not end:
        return []
    return [nft.payload(nft.TRANSPORT_HEADER, end[0], 2), nft.compare(nft.EQUAL, struct.pack("!H", end[1]))]


async def apply(netlink: Netlink, table: str, packets: Mapping[str, Sequence[Packets]], seed: int = 1) -> None:
    """Make the table, with what vanishes by the interface at which it arrives. Raises NetlinkError.

    `netlink` is of protocol NETLINK_NETFILTER. Which flows a share of them is follows from `seed`.
    """
    chains = [
        nft.FilterChain(
            name=interface,
            kind="filter",
            hook=(_INGRESS, 0),
            rules=[rule for one in wanted for rule in _rules(one, seed)],
            interface=interface,
        )
        for interface, wanted in packets.items()
    ]
    await nft.make_table(netlink, table, chains, nft.NETDEV_FAMILY)


async def read(netlink: Netlink, table: str, interface: str) -> tuple[DropCounter, ...]:
    """What each rule has dropped at an interface, in order; empty if there is no such table, or interface."""
    return await counters(netlink, table, interface, nft.NETDEV_FAMILY)


async def delete(netlink: Netlink, table: str) -> None:
    """Remove the table; nothing if there is none."""
    try:
        await nft.delete_table(netlink, table, nft.NETDEV_FAMILY)
    except NetlinkError as refused:
        if refused.errno != errno.ENOENT:
            raise
