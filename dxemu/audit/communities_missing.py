"""Active and passive for the customer's routers, but not for AWS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
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
            found = undecided(design, ways)
            if found:
                wanted = ", ".join(f"{way.name} {way.policy.local_pref}" for way in found)
                yield Finding(
                    problem=f"{listed(way.name for way in found)} are equal for {gateway}, "
                    f"but not for the customer's routers (local_pref {wanted})",
                    remedy='Send "7224:7300" on the one to use and "7224:7100" on the one that waits.',
                    names=tuple(way.name for way in found),
                    path=(*found[-1].path, "customer"),
                )


def undecided(design: Design, ways: Sequence[GatewayPath]) -> tuple[GatewayPath, ...]:
    """The ways that AWS takes for the best and equal, if the customer prefers one of them."""
    direct = [way for way in ways if way.vif is not None and not design.is_public_type(way)]
    if not direct or len({way.region for way in direct}) > 1:
        return ()
    best = max(way.aws_preference for way in direct)
    equal = tuple(way for way in direct if way.aws_preference == best)
    return equal if len({way.policy.local_pref for way in equal}) > 1 else ()
