"""Ways that stand in for each other, but not for packets of every size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.design import Design
from dxemu.aws.mtu import IP_AND_TCP


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
Small packets pass, so that connections open and then hang. Routers that clamp TCP's segments on
every way to what the smallest carries (`tcp_mss`) keep TCP whole, and nothing else. And AWS's own
packets are never longer than 1500 bytes where it knows one route by ways of different MTUs, the VPN
among them. Source: Direct Connect User Guide, Set the MTU; Site-to-Site VPN User Guide, Your
customer gateway device."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each gateway."""
        for gateway, ways in design.redundant:
            sizes = {way.mtu for way in ways}
            clamp = min(sizes) - IP_AND_TCP
            clamped = all(way.policy.tcp_mss is not None and way.policy.tcp_mss <= clamp for way in ways)
            if len(sizes) > 1 and not clamped:
                smallest = min(sizes)
                least = next(way for way in ways if way.mtu == smallest)
                yield Finding(
                    problem=f"to {gateway}: {listed(f'{way.text} has MTU {way.mtu}' for way in ways)}",
                    remedy=f"Use one MTU, or give each `tcp_mss: {clamp}` under `customer`: connections live on.",
                    names=(least.name,),
                    path=least.path,
                )
