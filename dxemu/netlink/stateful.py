"""A stateful firewall: TCP packets of connections whose beginning it has not seen go no further (conntrack, nftables).

With `nf_conntrack_tcp_loose` off the kernel takes a connection up at its SYN only; whatever fits none that it knows is
`invalid` (Linux Documentation/networking/nf_conntrack-sysctl.rst).
"""

from __future__ import annotations

import struct

from dxemu.netlink import nft_message as nft
from dxemu.netlink import sysctl
from dxemu.netlink.namespace import Namespace
from dxemu.netlink.nftables import DropCounter, Hook, counters
from dxemu.netlink.session import Netlink

_CHAIN = "stateful"
_LOOSE = "net/netfilter/nf_conntrack_tcp_loose"
_TCP = 6
_CT_STATE, _INVALID = 0, struct.pack("=I", 1)
"""NFT_CT_STATE (linux/netfilter/nf_tables.h); NF_CT_STATE_INVALID_BIT (nf_conntrack_common.h)."""


def _rule() -> nft.Rule:
    state: nft.Attributes = [("NFTA_CT_DREG", nft.REGISTER), ("NFTA_CT_KEY", _CT_STATE)]
    mask: nft.Attributes = [
        ("NFTA_BITWISE_SREG", nft.REGISTER),
        ("NFTA_BITWISE_DREG", nft.REGISTER),
        ("NFTA_BITWISE_LEN", len(_INVALID)),
        ("NFTA_BITWISE_MASK", nft.nested([("NFTA_DATA_VALUE", _INVALID)])),
        ("NFTA_BITWISE_XOR", nft.nested([("NFTA_DATA_VALUE", bytes(len(_INVALID)))])),
    ]
    return [
        nft.meta(nft.META_L4PROTO),
        nft.compare(nft.EQUAL, bytes([_TCP])),
        nft.expression("ct", state),
        nft.expression("bitwise", mask),
        nft.compare(nft.OTHER, bytes(len(_INVALID))),
        *nft.drop(),
    ]


async def apply(netlink: Netlink, namespace: Namespace, table: str, hook: Hook) -> None:
    """From now on only connections that begin from now on pass. Raises LabError.

    `netlink` is of protocol NETLINK_NETFILTER.
    """
    sysctl.write(namespace, _LOOSE, "0")
    chain = nft.FilterChain(name=_CHAIN, kind="filter", hook=(hook, 0), rules=[_rule()])
    await nft.make_table(netlink, table, [chain], nft.INET_FAMILY)


async def read(netlink: Netlink, table: str) -> tuple[DropCounter, ...]:
    """What its rule has dropped; empty if there is none."""
    return await counters(netlink, table, _CHAIN, nft.INET_FAMILY)


async def delete(netlink: Netlink, namespace: Namespace, table: str) -> None:
    """Let everything pass again. Raises LabError, also if there is no such table."""
    await nft.delete_table(netlink, table, nft.INET_FAMILY)
    sysctl.write(namespace, _LOOSE, "1")
