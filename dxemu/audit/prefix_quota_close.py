"""Nearly as many prefixes as AWS takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design
from dxemu.aws import quotas
from dxemu.control.converge import Settled

CLOSE = 0.8
"""From this part of the quota on."""


class PrefixQuotaClose(Rule):
    """One new site more, and the session is down."""

    code: ClassVar[str] = "DX-A008"
    title: ClassVar[str] = "prefix quota close"
    rule: ClassVar[str] = (
        "With one route more than its quota (what is allocated for each address family on private and transit virtual "
        "interfaces, 100 by default; 1,000 on public ones) the BGP session goes Idle, and stays so until routes are "
        "withdrawn and it is reset"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Quotas"
    paragraph: ClassVar[str] = """\
The customer announces 80 % or more of the prefixes that AWS takes: on a private or transit virtual
interface what is allocated to it for each address family, 100 by default; 1,000 on a public one;
in a tunnel 100 to a virtual private gateway, 1,000 to a transit gateway. One more than the quota
takes the session down, and it stays Idle until prefixes are withdrawn and the session is reset: a
new site can take all of them off the net. Source: Direct Connect User Guide, Quotas."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each session to AWS."""
        settled = Settled(design.plan)
        for session in design.plan.sessions:
            quota = session.prefix_quota
            if quota is None or not session.in_service or session.static:
                continue
            count, most = settled.offered(session), quota.most
            if count < CLOSE * most:
                continue
            vif = session.virtual_interface
            tunnel = design.plan.tunnel_named(session.tunnel) if session.tunnel is not None else None
            path = ("virtual_interfaces", vif) if vif is not None else ("vpns", "" if tunnel is None else tunnel.vpn)
            beyond = "; the session is Idle" if session.name in settled.beyond_quota else ""
            more = most < quotas.PREFIX_ALLOCATION.most and vif is not None and session.route_filter_prefixes is None
            allocate = ", or have more allocated to the virtual interface" if more else ""
            yield Finding(
                problem=f"session {session.name} announces {count} prefixes of {most}{beyond}",
                remedy=f"Summarise the prefixes{allocate}.",
                names=(path[1],),
                path=path,
            )
