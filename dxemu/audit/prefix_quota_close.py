"""Nearly as many prefixes as AWS takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design
from dxemu.aws import quotas
from dxemu.plan.model import Side
from dxemu.topology.model import VifType

CLOSE = 0.8
"""From this part of the quota on."""


class PrefixQuotaClose(Rule):
    """One new site more, and the session is down."""

    code: ClassVar[str] = "DX-A008"
    title: ClassVar[str] = "prefix quota close"
    rule: ClassVar[str] = (
        "With one route more than its quota (100 for each address family on private and transit virtual interfaces, "
        "1,000 on public ones) the BGP session goes Idle, and stays so until routes are withdrawn and it is reset"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Quotas"
    paragraph: ClassVar[str] = """\
The customer announces 80 % or more of the prefixes that AWS takes: 100 for each address family on a
private or transit virtual interface, 1,000 on a public one. One more than the quota takes the
session down, and it stays Idle until prefixes are withdrawn and the session is reset: a new site
can take all of them off the net. Source: Direct Connect User Guide, Quotas."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each session of a virtual interface."""
        types = {vif.name: vif.type for vif in design.topology.virtual_interfaces}
        networks = design.topology.customer.data_center
        for session in design.plan.sessions:
            if (
                session.virtual_interface not in types
                or design.plan.node(session.ends[0].node).side is not Side.CUSTOMER
            ):
                continue
            public = types[session.virtual_interface] is VifType.PUBLIC
            quota = quotas.ROUTES_PUBLIC if public else quotas.ROUTES_PRIVATE
            announced = session.ends[0].announces
            version = session.ends[0].address.version
            count = sum(p.version == version for p in (networks.networks if announced is None else announced))
            if count >= CLOSE * quota.most:
                yield Finding(
                    problem=f"session {session.name} announces {count} prefixes of {quota.most}",
                    remedy="Summarise the prefixes, or have more allocated to the virtual interface.",
                    names=(session.virtual_interface,),
                    path=("customer", "data_center", "networks"),
                )
