"""Active and passive for the customer's routers, but not for AWS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.carriers import carriers, leads_from, remedy_for_aws
from dxemu.audit.design import Design, GatewayPath


class CommunitiesMissing(Rule):
    """`local_pref` orders the virtual interfaces, and nothing tells AWS."""

    code: ClassVar[str] = "DX-A012"
    title: ClassVar[str] = "communities missing"
    rule: ClassVar[str] = (
        "local_pref decides the way to AWS only. For the way back AWS compares the communities 7224:7300, 7224:7200 "
        "and 7224:7100, then AS_PATH; what is equal shares the flows (ECMP)"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Routing policies and BGP communities"
    paragraph: ClassVar[str] = """\
The customer's local preference makes one virtual interface active and the other one passive, but
local preference is not sent to AWS. Without a preference community (or a longer AS_PATH, within one
Region) AWS takes both for equal and shares the flows between them. Source: Direct Connect User
Guide, Routing policies and BGP communities."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each gateway."""
        for gateway, ways in design.redundant:
            found = undecided(design, gateway, ways)
            if found:
                wanted = ", ".join(f"{way.name} {way.policy.local_pref}" for way in found)
                yield Finding(
                    problem=f"{listed(way.name for way in found)} are equal for {gateway}, "
                    f"but not for the customer's routers (local_pref {wanted})",
                    remedy=remedy_for_aws(design, gateway, found),
                    names=tuple(way.name for way in found),
                    path=(*found[-1].path, "customer"),
                )


def undecided(design: Design, gateway: str, ways: Sequence[GatewayPath]) -> tuple[GatewayPath, ...]:
    """The virtual interfaces over which AWS shares the flows of a pair, if the customer prefers one of them.

    By the tables: what was sent, and what the gateway makes of it, decides.
    """
    direct = {way.name: way for way in ways if way.vif is not None and not design.is_public_type(way)}
    for pair in design.pairs:
        shared = carriers(design, pair, to_aws=False)
        names = [name for name in direct if any(name in one for one in shared)]
        found = tuple(direct[name] for name in names)
        if len(shared) > 1 and len({way.policy.local_pref for way in found}) > 1 and leads_from(design, pair, gateway):
            return found
    return ()
