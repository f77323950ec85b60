"""A static VPN that was meant to be the backup, and is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.design import Design


class StaticVpnOnTransitGateway(Rule):
    """Beside Direct Connect, for a prefix that both carry."""

    code: ClassVar[str] = "DX-A005"
    title: ClassVar[str] = "static VPN on a transit gateway"
    rule: ClassVar[str] = (
        "A transit gateway takes a static route before a propagated one for the same prefix, whatever its attachment: "
        "AWS answers through the VPN while Direct Connect is up"
    )
    source: ClassVar[str] = "Transit Gateway User Guide, Route evaluation order"
    paragraph: ClassVar[str] = """\
A transit gateway takes a static route before a propagated one for the same prefix, whatever the
attachments are. A static VPN that was meant to be the backup of Direct Connect therefore carries
AWS's answers all the time, and the path is asymmetric. On a virtual private gateway it is
different: there Direct Connect wins. Source: Transit Gateway User Guide, Route evaluation order."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each VPN, with what its line to the Internet costs now."""
        for gateway, ways in design.redundant:
            direct = [way for way in ways if way.vif is not None]
            for way in ways if direct and design.is_transit_gateway(gateway) else ():
                vpn = way.vpn
                announced = design.topology.customer.data_center.networks
                both = [str(p) for p in (vpn.static_routes or () if vpn else ()) if p in announced]
                if vpn is None or not both:
                    continue
                outage = design.outage("internet", vpn.router)
                yield Finding(
                    problem=f"{gateway} sends {listed(both)} through static VPN {vpn.name} although "
                    f"{listed(w.text for w in direct)} is up",
                    outage=outage if outage.high_s else None,
                    remedy=(
                        f"Make {vpn.name} a BGP VPN (`routing: bgp`, and `static_routes` taken out), whose routes "
                        "lose to Direct Connect."
                    ),
                    names=(vpn.name,),
                    path=("vpns", vpn.name),
                )
