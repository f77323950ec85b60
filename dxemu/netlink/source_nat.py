"""Source NAT: packets of a network get another source address where they leave (nftables, RFC 3022)."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from dxemu.netlink import nft_message as nft
from dxemu.netlink.session import Netlink

POSTROUTING = 4
SOURCE_PRIORITY = 100
_CHAIN = "source_nat"
_SOURCE_OFFSET, _ADDRESS_BYTES = 12, 4
_AF_INET = 2
_SNAT = 0


def _rule(interface: str, network: IPv4Network, address: IPv4Address) -> list[dict[str, Any]]:  # Any: pyroute2
    mask: nft.Attributes = [
        ("NFTA_BITWISE_SREG", nft.REGISTER),
        ("NFTA_BITWISE_DREG", nft.REGISTER),
        ("NFTA_BITWISE_LEN", _ADDRESS_BYTES),
        ("NFTA_BITWISE_MASK", nft.nested([("NFTA_DATA_VALUE", network.netmask.packed)])),
        ("NFTA_BITWISE_XOR", nft.nested([("NFTA_DATA_VALUE", bytes(_ADDRESS_BYTES))])),
    ]
    put: nft.Attributes = [
        ("NFTA_IMMEDIATE_DREG", nft.REGISTER),
        ("NFTA_IMMEDIATE_DATA", nft.nested([("NFTA_DATA_VALUE", address.packed)])),
    ]
    translate: nft.Attributes = [
        ("NFTA_NAT_TYPE", _SNAT),
        ("NFTA_NAT_FAMILY", _AF_INET),
        ("NFTA_NAT_REG_ADDR_MIN", nft.REGISTER),
        ("NFTA_NAT_REG_ADDR_MAX", nft.REGISTER),
    ]
    return [
        *nft.interface(nft.META_OIFNAME, interface),
        nft.payload(nft.NETWORK_HEADER, _SOURCE_OFFSET, _ADDRESS_BYTES),
        nft.expression("bitwise", mask),
        nft.compare(nft.EQUAL, network.network_address.packed),
        nft.expression("immediate", put),
        nft.expression("nat", translate),
    ]


async def apply(netlink: Netlink, table: str, rules: tuple[tuple[str, IPv4Network, IPv4Address], ...]) -> None:
    """Make the table with all its rules: leaving interface, network, new source address.

    `netlink` is of protocol NETLINK_NETFILTER. Raises NetlinkError.
    """
    built = [_rule(*rule) for rule in rules]
    chain = nft.FilterChain(name=_CHAIN, kind="nat", hook=(POSTROUTING, SOURCE_PRIORITY), rules=built)
    await nft.make_table(netlink, table, [chain])
