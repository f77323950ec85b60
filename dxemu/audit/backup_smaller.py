"""A backup that cannot carry what the primary carries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design


class BackupSmaller(Rule):
    """The way that is used next has less bandwidth than the first."""

    code: ClassVar[str] = "DX-A010"
    title: ClassVar[str] = "backup smaller than primary"
    rule: ClassVar[str] = (
        "The Resiliency Toolkit wants one speed for all connections. A VPN tunnel carries 1.25 Gbps; a virtual private "
        "gateway sends by one tunnel at a time, a transit gateway with ECMP by both, each flow by one"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Resiliency Toolkit; Site-to-Site VPN User Guide, Quotas"
    paragraph: ClassVar[str] = """\
The way that is used when the first one fails carries less. The failover itself works, and then
packets are lost because of too much traffic. A standard VPN tunnel carries 1.25 Gbps, and a virtual
private gateway sends by one tunnel at a time. Source: Direct Connect User Guide, Resiliency
Toolkit; Site-to-Site VPN User Guide, Quotas."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each gateway, by the order in which the customer's routers and the gateway use the ways."""
        for gateway, ways in design.redundant:
            ordered = sorted(ways, key=lambda way: (design.precedence(gateway, way), -way.policy.local_pref))
            first, second = ordered[0], ordered[1]
            if second.bandwidth < first.bandwidth:
                yield Finding(
                    problem=f"{second.text} carries {second.bandwidth}, {first.text} to {gateway} {first.bandwidth}",
                    remedy=f"Make it as fast, or decide what may be lost while {first.name} is down.",
                    names=(second.name,),
                    path=second.path,
                )
