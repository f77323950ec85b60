"""TCP's maximum segment size (RFC 9293 section 3.7.1), made smaller on its way where a connection begins: nftables."""

from __future__ import annotations

import struct

from dxemu.netlink import nft_message as nft
from dxemu.netlink.nftables import DropCounter, Hook, counters
from dxemu.netlink.session import Netlink

_CHAIN = "mss"
_TCP, _FLAGS_OFFSET, _SYN, _SYN_OR_RST = 6, 13, b"\x02", b"\x06"
_OPTION, _OPTION_OFFSET, _OPTION_BYTES, _OF_TCP = 2, 2, 2, 1
"""TCPOPT_MSS and where its value is; NFT_EXTHDR_OP_TCPOPT: linux/netfilter/nf_tables.h."""


def _rule(key: int | None, interface: str | None, mss: int) -> nft.Rule:
    """The kernel makes a value smaller and never larger (net/netfilter/nft_exthdr.c)."""
    mask: nft.Attributes = [
        ("NFTA_BITWISE_SREG", nft.REGISTER),
        ("NFTA_BITWISE_DREG", nft.REGISTER),
        ("NFTA_BITWISE_LEN", 1),
        ("NFTA_BITWISE_MASK", nft.nested([("NFTA_DATA_VALUE", _SYN_OR_RST)])),
        ("NFTA_BITWISE_XOR", nft.nested([("NFTA_DATA_VALUE", b"\0")])),
    ]
    put: nft.Attributes = [
        ("NFTA_IMMEDIATE_DREG", nft.REGISTER),
        ("NFTA_IMMEDIATE_DATA", nft.nested([("NFTA_DATA_VALUE", struct.pack("!H", mss))])),
    ]
    write: nft.Attributes = [
        ("NFTA_EXTHDR_TYPE", _OPTION),
        ("NFTA_EXTHDR_OFFSET", _OPTION_OFFSET),
        ("NFTA_EXTHDR_LEN", _OPTION_BYTES),
        ("NFTA_EXTHDR_OP", _OF_TCP),
        ("NFTA_EXTHDR_SREG", nft.REGISTER),
    ]
    return [
        *([] if key is None or interface is None else nft.interface(key, interface)),
        nft.meta(nft.META_L4PROTO),
        nft.compare(nft.EQUAL, bytes([_TCP])),
        nft.payload(nft.TRANSPORT_HEADER, _FLAGS_OFFSET, 1),
        nft.expression("bitwise", mask),
        nft.compare(nft.EQUAL, _SYN),
        nft.expression("counter", []),
        nft.expression("immediate", put),
        nft.expression("exthdr", write),
    ]


async def apply(netlink: Netlink, table: str, clamps: tuple[tuple[str | None, int], ...]) -> None:
    """From now on what is passed on by an interface, in either direction, asks for so much at most; None: by any.

    `netlink` is of protocol NETLINK_NETFILTER. Raises NetlinkError.
    """
    rules = []
    for interface, mss in clamps:
        keys = [None] if interface is None else [nft.META_IIFNAME, nft.META_OIFNAME]
        rules += [_rule(key, interface, mss) for key in keys]
    chain = nft.FilterChain(name=_CHAIN, kind="filter", hook=(Hook.FORWARD, 0), rules=rules)
    await nft.make_table(netlink, table, [chain], nft.INET_FAMILY)


async def read(netlink: Netlink, table: str) -> tuple[DropCounter, ...]:
    """How many packets each rule has seen; empty if there is no such table."""
    return await counters(netlink, table, _CHAIN, nft.INET_FAMILY)


async def delete(netlink: Netlink, table: str) -> None:
    """Leave it alone from now on. Raises NetlinkError if there is no such table."""
    await nft.delete_table(netlink, table, nft.INET_FAMILY)
