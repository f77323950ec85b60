"""Packets that are dropped by what they are: an nftables table with one chain of counting drop rules."""

from __future__ import annotations

import errno
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from pyroute2.netlink.nfnetlink.nftsocket import nft_rule_msg

from dxemu.netlink import nft_message as nft
from dxemu.netlink.session import NLM_F_DUMP, Netlink, NetlinkError

_CHAIN = "drops"


class Hook(IntEnum):
    """Where the rules look: at packets to this node, through it, or from it.

    PREROUTING sees all that come in, before the kernel compares their length with the MTU of where they would go on.
    """

    PREROUTING = 0
    INPUT = 1
    FORWARD = 2
    OUTPUT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DropRule:
    """Drop packets that fit everything that is given. `longer_than` counts bytes with the IP header.

    `protocol` is an IP protocol number (`socket.IPPROTO_UDP`); ports need one that has ports.
    """

    interface: str | None = None
    out_interface: str | None = None
    protocol: int | None = None
    source_port: int | None = None
    destination_port: int | None = None
    longer_than: int | None = None


@dataclass(frozen=True, slots=True)
class DropCounter:
    """What one rule has dropped since it was made."""

    packets: int
    bytes: int


def _port(offset: int, port: int) -> list[dict[str, Any]]:
    return [nft.payload(nft.TRANSPORT_HEADER, offset, 2), nft.compare(nft.EQUAL, struct.pack("!H", port))]


def _expressions(rule: DropRule) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if rule.interface is not None:
        found += nft.interface(nft.META_IIFNAME, rule.interface)
    if rule.out_interface is not None:
        found += nft.interface(nft.META_OIFNAME, rule.out_interface)
    if rule.protocol is not None:
        found += [nft.meta(nft.META_L4PROTO), nft.compare(nft.EQUAL, bytes([rule.protocol]))]
    if rule.source_port is not None:
        found += _port(0, rule.source_port)
    if rule.destination_port is not None:
        found += _port(2, rule.destination_port)
    if rule.longer_than is not None:
        order: nft.Attributes = [
            ("NFTA_BYTEORDER_SREG", nft.REGISTER),
            ("NFTA_BYTEORDER_DREG", nft.REGISTER),
            ("NFTA_BYTEORDER_OP", 1),
            ("NFTA_BYTEORDER_LEN", 4),
            ("NFTA_BYTEORDER_SIZE", 4),
        ]
        found += [
            nft.meta(nft.META_LEN),
            nft.expression("byteorder", order),
            nft.compare(nft.GREATER, struct.pack("!I", rule.longer_than)),
        ]
    return [*found, *nft.drop()]


async def apply(
    netlink: Netlink, table: str, hook: Hook, rules: tuple[DropRule, ...], family: dict[str, int] = nft.FAMILY
) -> None:
    """Make the table with all its rules at once. `netlink` is of protocol NETLINK_NETFILTER. Raises NetlinkError."""
    expressions = [_expressions(rule) for rule in rules]
    chain = nft.FilterChain(name=_CHAIN, kind="filter", hook=(hook, 0), rules=expressions)
    await nft.make_table(netlink, table, [chain], family)


async def read(netlink: Netlink, table: str, family: dict[str, int] = nft.FAMILY) -> tuple[DropCounter, ...]:
    """What each rule has dropped, in order; empty if there is no such table."""
    return await counters(netlink, table, _CHAIN, family)


async def counters(netlink: Netlink, table: str, chain: str, family: dict[str, int]) -> tuple[DropCounter, ...]:
    """What each rule of a chain has counted, in order; empty if there is no such table."""
    question = nft.build(nft_rule_msg, family, [("NFTA_RULE_TABLE", table), ("NFTA_RULE_CHAIN", chain)])
    answers = await netlink.request(f"nftables table {table}", question, nft.GETRULE, NLM_F_DUMP)
    return tuple(_counter(answer) for answer in answers)


def _counter(answer: Any) -> DropCounter:
    for expression in answer.get_attr("NFTA_RULE_EXPRESSIONS"):
        if expression.get_attr("NFTA_EXPR_NAME") == "counter":
            data = expression.get_attr("NFTA_EXPR_DATA")
            return DropCounter(int(data.get_attr("NFTA_COUNTER_PACKETS")), int(data.get_attr("NFTA_COUNTER_BYTES")))
    return DropCounter(0, 0)


async def delete(
    netlink: Netlink, table: str, family: dict[str, int] = nft.FAMILY, *, missing_ok: bool = False
) -> None:
    """Remove the table with its rules. Raises NetlinkError if there is none, unless that is fine."""
    try:
        await nft.delete_table(netlink, table, family)
    except NetlinkError as refused:
        if not (missing_ok and refused.errno == errno.ENOENT):
            raise
