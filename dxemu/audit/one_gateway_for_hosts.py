"""Hosts that know one router only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.design import Design


class OneGatewayForHosts(Rule):
    """No VRRP, or nobody to take the address over."""

    code: ClassVar[str] = "DX-A013"
    title: ClassVar[str] = "hosts without an alternative gateway"
    rule: ClassVar[str] = (
        "The way to AWS is the customer's to make redundant. Without first-hop redundancy (VRRP) the hosts' router is "
        "their only way, however many connections there are behind it"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Resiliency Toolkit; RFC 5798"
    paragraph: ClassVar[str] = """\
The hosts have one router as their gateway. However many connections there are behind it, they are
gone with it. Two routers that share the gateway's address by VRRP (RFC 5798) take over from each
other within three to four advertisement intervals. Source: Direct Connect User Guide, Resiliency
Toolkit; RFC 5798."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for the data center."""
        data_center = design.topology.customer.data_center
        sharing = data_center.vrrp.priorities if data_center.vrrp is not None else {}
        if data_center.hosts and len(sharing) < 2:  # noqa: PLR2004 - one shares with nobody
            router = data_center.routers[0]
            yield Finding(
                problem=f"{listed(host.name for host in data_center.hosts)} "
                f"{'have' if len(data_center.hosts) > 1 else 'has'} router {router} as the only gateway",
                outage=design.outage("router", router),
                remedy="Add a second router and give both a `vrrp_priority`.",
                names=(router,),
                path=("customer", "data_center", "routers"),
            )
