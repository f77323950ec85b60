"""A VPN whose two tunnels share one line to the Internet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design


class TunnelsOnOneLine(Rule):
    """Two tunnels protect from what fails at AWS, not from what fails before it."""

    code: ClassVar[str] = "DX-A014"
    title: ClassVar[str] = "both tunnels on one Internet line"
    rule: ClassVar[str] = (
        "A VPN connection has two tunnels to different endpoints of AWS, and one customer gateway: both run over its "
        "line. AWS advises a second VPN connection from a second customer gateway device"
    )
    source: ClassVar[str] = "Site-to-Site VPN User Guide, redundant connections"
    paragraph: ClassVar[str] = """\
A VPN connection has two tunnels, to two endpoints of AWS's, because AWS replaces endpoints from
time to time. Both begin at one customer gateway and run over its line to the Internet. A second VPN
connection from a second customer gateway device, with a line of its own, survives that line.
Source: Site-to-Site VPN User Guide, Using redundant connections."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each VPN that no VPN over another line stands in for."""
        lines = {line.router: line.address for line in design.topology.customer.internet}
        for vpn in design.topology.vpns:
            others = {v.router for v in design.topology.vpns if v.gateway == vpn.gateway and v.router != vpn.router}
            if lines.get(vpn.router) == vpn.customer_address and not vpn.private and not others:
                outage = design.outage("internet", vpn.router)
                yield Finding(
                    problem=f"both tunnels of VPN {vpn.name} run over the line of {vpn.router}",
                    outage=outage if outage.high_s else None,
                    remedy="Add a second VPN from a router with a line of its own.",
                    names=(f"internet_{vpn.router}",),
                    path=("vpns", vpn.name),
                )
