"""Virtual interfaces and tunnels whose two ends do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design
from dxemu.plan.ends_apart import ends_apart


class EndsDiffer(Rule):
    """The customer's router has something else than AWS: no session comes up, or packets are lost."""

    code: ClassVar[str] = "DX-A017"
    title: ClassVar[str] = "Ends differ"
    rule: ClassVar[str] = (
        "VLAN, addresses, both ASNs and the MD5 key are agreed for a virtual interface; a router that has another one, "
        "or a LAG without LACP, gets no BGP session. With another MTU it does, and long packets are lost"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Troubleshooting layer 2 and layer 3 issues"
    paragraph: ClassVar[str] = """\
A virtual interface whose customer's end has, as the file says, another VLAN, address, ASN or MD5
key than AWS's end, or TTL security, which AWS does not know, or that is on a link aggregation
group without LACP at the customer's end. Its BGP session never comes up. So it is with a tunnel
that the customer has not set up, or that has another pre-shared key, proposal or traffic selector
there. With another MTU the session comes up, small packets pass, and the longer ones are lost
where the smaller MTU is. Left as it is the design is a drill: `dxemu run` shows what an engineer
would see.
Source: Direct Connect User Guide, Troubleshooting layer 2 and layer 3 issues."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each virtual interface or tunnel, about what is seen first."""
        told = set()
        for session in design.plan.sessions:
            differs = session.mismatch
            if differs is None or differs.path in told:
                continue
            told.add(differs.path)
            name = session.virtual_interface or session.tunnel or session.name
            what = "tunnel" if session.virtual_interface is None else "virtual interface"
            yield Finding(
                problem=f"{what} {name}: {differs.text}",
                remedy=f"Take `{differs.path[-1]}` out of `customer`.",
                names=(name,),
                path=differs.path,
            )
        for apart in ends_apart(design.topology):
            if apart.loses:
                yield Finding(
                    problem=f"virtual interface {apart.name}: {apart.text}",
                    remedy=f"Take `{apart.path[-1]}` out of `customer`.",
                    names=(apart.name,),
                    path=apart.path,
                )
