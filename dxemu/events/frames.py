"""What protocol a frame carries, from its first bytes."""

from __future__ import annotations

import re
import struct

PROTOCOLS = (
    *("arp", "bfd", "bgp", "dhcp", "dns", "eapol", "esp", "fragment", "icmp", "icmpv6", "ike", "lacp", "lldp"),
    *("macsec", "other", "stp", "tcp", "udp", "vrrp"),
)
"""Every frame is one of these. A later fragment of an IP packet is `fragment`: it does not say what is in it."""

LONGEST_HEADERS = 96
"""Bytes of a frame that are enough to tell: Ethernet, two tags, IPv6 or IPv4 with options, ports, an ESP marker."""

_VLAN = re.compile(r"vlan [0-9]{1,4}\Z")
_TAGS = (0x8100, 0x88A8)
_IPV4, _IPV6 = 0x0800, 0x86DD
_ETHER_TYPES = {0x0806: "arp", 0x8809: "lacp", 0x88CC: "lldp", 0x88E5: "macsec", 0x888E: "eapol"}
_SHORTEST_ETHER_TYPE = 0x0600
_TCP, _UDP = 6, 17
_IP_PROTOCOLS = {1: "icmp", 50: "esp", 58: "icmpv6", 112: "vrrp"}
_UDP_PORTS = {500: "ike", 53: "dns", 67: "dhcp", 68: "dhcp", 3784: "bfd", 3785: "bfd", 4784: "bfd"}
_NAT_TRAVERSAL = 4500
_BGP = 179
_FRAGMENT_OFFSET = 0x1FFF
_HOP_BY_HOP, _IPV6_FRAGMENT = 0, 44
_IPV6_HEADER = 40


def is_label(word: str) -> bool:
    """Whether a capture counts under this word: a protocol, `ipv6`, `vlan 101`."""
    return word in PROTOCOLS or word == "ipv6" or _VLAN.match(word) is not None


def labels_of(frame: bytes, tag: int | None = None) -> tuple[str, ...]:
    """The frame's protocol, then what else it is counted under: `vlan N` for each tag, `ipv6`.

    `tag` is a VLAN ID that the kernel has taken out of the frame. Only `LONGEST_HEADERS` bytes are looked at.
    """
    extra = [] if tag is None else [f"vlan {tag}"]
    ether_type, offset = _uint16(frame, 12), 14
    while ether_type in _TAGS:
        extra.append(f"vlan {_uint16(frame, offset) & 0xFFF}")
        ether_type, offset = _uint16(frame, offset + 2), offset + 4
    if ether_type < _SHORTEST_ETHER_TYPE:  # a length: IEEE 802.3 with LLC, which here only spanning tree uses
        return ("stp" if frame[offset : offset + 2] == b"\x42\x42" else "other", *extra)
    if ether_type == _IPV4:
        return (_in_ipv4(frame, offset), *extra)
    if ether_type == _IPV6:
        return (_in_ipv6(frame, offset), *extra, "ipv6")
    return (_ETHER_TYPES.get(ether_type, "other"), *extra)


def _in_ipv4(frame: bytes, offset: int) -> str:
    if _uint16(frame, offset + 6) & _FRAGMENT_OFFSET:
        return "fragment"
    length = (_byte(frame, offset) & 0xF) * 4
    return _in_ip(frame, offset + length, _byte(frame, offset + 9))


def _in_ipv6(frame: bytes, offset: int) -> str:
    protocol, offset = _byte(frame, offset + 6), offset + _IPV6_HEADER
    if protocol == _HOP_BY_HOP:
        protocol, offset = _byte(frame, offset), offset + 8 + _byte(frame, offset + 1) * 8
    return "fragment" if protocol == _IPV6_FRAGMENT else _in_ip(frame, offset, protocol)


def _in_ip(frame: bytes, offset: int, protocol: int) -> str:
    if protocol in _IP_PROTOCOLS:
        return _IP_PROTOCOLS[protocol]
    ports = {_uint16(frame, offset), _uint16(frame, offset + 2)}
    if protocol == _TCP:
        return "bgp" if _BGP in ports else "tcp"
    if protocol != _UDP:
        return "other"
    if _NAT_TRAVERSAL in ports:  # RFC 3948: IKE has four zero bytes where ESP has its SPI
        return "esp" if any(frame[offset + 8 : offset + 12]) else "ike"
    return next((name for port, name in _UDP_PORTS.items() if port in ports), "udp")


def _byte(frame: bytes, offset: int) -> int:
    return frame[offset] if offset < len(frame) else 0


def _uint16(frame: bytes, offset: int) -> int:
    return int(struct.unpack_from("!H", frame, offset)[0]) if offset + 2 <= len(frame) else 0
