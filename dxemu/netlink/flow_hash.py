"""Rules that strike a share of the flows, always the same ones: by a hash of addresses, protocol and ports.

Or a share of the packets, each by chance. Neither strikes BGP and BFD.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from dxemu.netlink import nft_message as nft

_ETH_P_IP, _ETH_P_IPV6 = 0x0800, 0x86DD
_ADDRESSES = {_ETH_P_IP: (12, 8), _ETH_P_IPV6: (8, 32)}
"""Where both addresses begin in the header, and how long they are."""
_TCP, _UDP, _ESP, _ICMP = 6, 17, 50, 1
_LEFT_ALONE: dict[int, tuple[tuple[int, int], ...]] = {_TCP: ((0, 179), (2, 179)), _UDP: ((2, 3784), (2, 4784))}
"""BGP and BFD, by where the port is and which: RFC 4271 section 8.2.1, RFC 5881 section 4, RFC 5883 section 5."""
_FIRST, _HASH, _BYTES = 8, 23, 4
"""Registers of four bytes (linux/netfilter/nf_tables.h: NFT_REG32_00 and NFT_REG32_15)."""
_PARTS = 1_000_000
_JENKINS = 0
_BY_CHANCE = 1
"""NFT_NG_RANDOM (linux/netfilter/nf_tables.h)."""
_TO_NETWORK = 1


def rules(percent: float, seed: int) -> Iterator[nft.Rule]:
    """Drop this part of the flows, and nothing of BGP, BFD, ARP and neighbour discovery. `seed` says which."""
    for ethertype, protocol, these in _all_but_control():
        yield [*these, *_hashed(ethertype, protocol, seed), *_below(percent)]


def rules_by_chance(percent: float) -> Iterator[nft.Rule]:
    """Drop this part of the packets, each by chance, and nothing of BGP, BFD, ARP and neighbour discovery."""
    drawn: nft.Attributes = [("NFTA_NG_DREG", _HASH), ("NFTA_NG_MODULUS", _PARTS), ("NFTA_NG_TYPE", _BY_CHANCE)]
    for _, _, these in _all_but_control():
        yield [*these, nft.expression("numgen", drawn), *_below(percent)]


def _below(percent: float) -> nft.Rule:
    order: nft.Attributes = [
        ("NFTA_BYTEORDER_SREG", _HASH),
        ("NFTA_BYTEORDER_DREG", _HASH),
        ("NFTA_BYTEORDER_OP", _TO_NETWORK),
        ("NFTA_BYTEORDER_LEN", _BYTES),
        ("NFTA_BYTEORDER_SIZE", _BYTES),
    ]
    limit = struct.pack("!I", round(percent / 100 * _PARTS))
    return [nft.expression("byteorder", order), nft.compare(nft.LESS, limit, register=_HASH), *nft.drop()]


def _all_but_control() -> Iterator[tuple[int, int, nft.Rule]]:
    """EtherType, IP protocol, and what goes on with those packets only."""
    for ethertype, protocols in ((_ETH_P_IP, (_TCP, _UDP, _ESP, _ICMP)), (_ETH_P_IPV6, (_TCP, _UDP, _ESP))):
        for protocol in protocols:
            these = [
                nft.meta(nft.META_PROTOCOL),
                nft.compare(nft.EQUAL, struct.pack("!H", ethertype)),
                nft.meta(nft.META_L4PROTO),
                nft.compare(nft.EQUAL, bytes([protocol])),
                *_others(protocol),
            ]
            yield ethertype, protocol, these


def _others(protocol: int) -> Iterator[nft.Expression]:
    for offset, port in _LEFT_ALONE.get(protocol, ()):
        yield nft.payload(nft.TRANSPORT_HEADER, offset, 2)
        yield nft.compare(nft.OTHER, struct.pack("!H", port))


def _hashed(ethertype: int, protocol: int, seed: int) -> Iterator[nft.Expression]:
    """Of ICMP the addresses alone: what stands where others have ports differs from packet to packet."""
    offset, length = _ADDRESSES[ethertype]
    yield nft.payload(nft.NETWORK_HEADER, offset, length, register=_FIRST)
    if protocol != _ICMP:
        yield nft.payload(nft.TRANSPORT_HEADER, 0, _BYTES, register=_FIRST + length // _BYTES)
        length += _BYTES
    of_hash: nft.Attributes = [
        ("NFTA_HASH_SREG", _FIRST),
        ("NFTA_HASH_DREG", _HASH),
        ("NFTA_HASH_LEN", length),
        ("NFTA_HASH_MODULUS", _PARTS),
        ("NFTA_HASH_SEED", seed),
        ("NFTA_HASH_TYPE", _JENKINS),
    ]
    yield nft.expression("hash", of_hash)
