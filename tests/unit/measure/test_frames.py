"""What protocol a frame carries, by frames made by hand."""

from __future__ import annotations

import struct

import pytest

from dxemu.events.frames import PROTOCOLS, is_label, labels_of

MACS = bytes(12)
ANY = bytes(64)


def ether(kind: int, payload: bytes, *tags: int) -> bytes:
    tagged = b"".join(struct.pack("!HH", 0x8100, tag | 0x2000) for tag in tags)
    return MACS + tagged + struct.pack("!H", kind) + payload


def ipv4(protocol: int, payload: bytes, *, options: int = 0, offset: int = 0) -> bytes:
    head = struct.pack("!BBHHHBBH8x", 0x45 + options, 0, 0, 0, offset, 64, protocol, 0)
    return head + bytes(4 * options) + payload


def ipv6(protocol: int, payload: bytes) -> bytes:
    return struct.pack("!IHBB32x", 6 << 28, len(payload), protocol, 64) + payload


def ports(source: int, target: int, rest: bytes = ANY) -> bytes:
    return struct.pack("!HH", source, target) + rest


@pytest.mark.parametrize(
    ("frame", "labels"),
    [
        (ether(0x0806, ANY), ("arp",)),
        (ether(0x0806, ANY, 101), ("arp", "vlan 101")),
        (ether(0x0806, ANY, 10, 20), ("arp", "vlan 10", "vlan 20")),
        (ether(0x8809, ANY), ("lacp",)),
        (ether(0x88E5, ANY), ("macsec",)),
        (ether(0x0026, b"\x42\x42\x03" + ANY), ("stp",)),
        (ether(0x0026, ANY), ("other",)),
        (ether(0x1234, ANY), ("other",)),
        (ether(0x0800, ipv4(1, ANY)), ("icmp",)),
        (ether(0x0800, ipv4(50, ANY), 101), ("esp", "vlan 101")),
        (ether(0x0800, ipv4(112, ANY)), ("vrrp",)),
        (ether(0x0800, ipv4(99, ANY)), ("other",)),
        (ether(0x0800, ipv4(6, ports(40000, 179))), ("bgp",)),
        (ether(0x0800, ipv4(6, ports(179, 40000), options=3)), ("bgp",)),
        (ether(0x0800, ipv4(6, ports(40000, 80))), ("tcp",)),
        (ether(0x0800, ipv4(17, ports(49152, 3784))), ("bfd",)),
        (ether(0x0800, ipv4(17, ports(500, 500))), ("ike",)),
        (ether(0x0800, ipv4(17, ports(4500, 4500, bytes(4) + bytes(4)))), ("ike",)),
        (ether(0x0800, ipv4(17, ports(4500, 4500, bytes(4) + b"\0\0\1\1"))), ("esp",)),
        (ether(0x0800, ipv4(17, ports(40000, 53))), ("dns",)),
        (ether(0x0800, ipv4(17, ports(47808, 47809))), ("udp",)),
        (ether(0x0800, ipv4(17, ports(500, 500), offset=185)), ("fragment",)),
        (ether(0x0800, ipv4(17, ports(500, 500), offset=0x2000)), ("ike",)),
        (ether(0x86DD, ipv6(58, ANY)), ("icmpv6", "ipv6")),
        (ether(0x86DD, ipv6(0, bytes([58, 0]) + ANY)), ("icmpv6", "ipv6")),
        (ether(0x86DD, ipv6(44, ANY)), ("fragment", "ipv6")),
        (ether(0x86DD, ipv6(6, ports(179, 40000)), 101), ("bgp", "vlan 101", "ipv6")),
        (ether(0x0800, b""), ("other",)),
        (b"", ("other",)),
    ],
)
def test_labels(frame: bytes, labels: tuple[str, ...]) -> None:
    assert labels_of(frame) == labels
    assert labels[0] in PROTOCOLS
    assert all(is_label(label) for label in labels)


def test_a_tag_that_the_kernel_took_out_counts_too() -> None:
    assert labels_of(ether(0x0806, ANY), 101) == ("arp", "vlan 101")


@pytest.mark.parametrize("word", ["bpg", "vlan", "vlan 12345", "vlan x", "", "ESP"])
def test_what_is_no_label(word: str) -> None:
    assert not is_label(word)
