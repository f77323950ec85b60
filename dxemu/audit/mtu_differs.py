"""Ways that stand in for each other, but not for packets of every size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.design import Design

TCP_HEADERS = 40
"""Bytes of an IPv4 and a TCP header."""


class MtuDiffers(Rule):
    """After the failover long packets are dropped."""

    code: ClassVar[str] = "DX-A009"
    title: ClassVar[str] = "MTU differs between primary and backup"
    rule: ClassVar[str] = (
        "A VPN tunnel carries packets of up to 1446 bytes, a virtual interface 1500 or its jumbo MTU, and AWS's VPN "
        "tells no sender: small packets pass after a failover, large transfers hang"
    )
    source: ClassVar[str] = (
        "Direct Connect User Guide, Set the MTU; Site-to-Site VPN User Guide, customer gateway device"
    )
    paragraph: ClassVar[str] = """\
The ways to a gateway have different MTUs. After a failover packets that fitted before are dropped;
a VPN tunnel carries 1446 bytes at most, and AWS's side sends no ICMP for those that do not fit.
Small packets pass, so that connections open and then hang. And AWS's own packets are never longer
than 1500 bytes where it knows one route by ways of different MTUs, the VPN among them. Source:
Direct Connect User Guide, Set the MTU; Site-to-Site VPN User Guide, Your customer gateway device."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each gateway."""
        for gateway, ways in design.redundant:
            sizes = {way.mtu for way in ways}
            if len(sizes) > 1:
                smallest = min(sizes)
                least = next(way for way in ways if way.mtu == smallest)
                yield Finding(
                    problem=f"to {gateway}: {listed(f'{way.text} has MTU {way.mtu}' for way in ways)}",
                    remedy=f"Use one MTU, or clamp TCP's MSS to {smallest - TCP_HEADERS} on the customer's routers.",
                    names=(least.name,),
                    path=least.path,
                )
