"""LAGs that stay up with nothing behind them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule
from dxemu.audit.design import Design


class MinimumLinksZero(Rule):
    """`minimum_links: 0`, which is AWS's default."""

    code: ClassVar[str] = "DX-A004"
    title: ClassVar[str] = "minimum links 0"
    rule: ClassVar[str] = (
        "With minimumLinks 0 AWS goes on reporting a LAG as available when no member is up. It carries nothing, and "
        "your router's bundle goes down with its last member. AWS's default is 0; for production it asks for 1 or more"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Link aggregation groups; AWS's networking guidance for agents"
    paragraph: ClassVar[str] = """\
A LAG's minimum links are 0, which is AWS's default. AWS goes on reporting it as available when no
member is up, so that no alarm comes of its state; packets pass none, and BGP goes down with the
light of the last member, as at 1. At a higher number the LAG goes down as soon as fewer are left
than the traffic needs. Source: Direct Connect User Guide, Link aggregation groups."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each LAG in use."""
        used = {connection.lag for connection in design.topology.connections}
        for lag in design.topology.lags:
            if lag.minimum_links == 0 and lag.name in used:
                members = tuple(c.name for c in design.topology.connections if c.lag == lag.name)
                yield Finding(
                    problem=f"LAG {lag.name} of {len(members)} connections has minimum_links 0",
                    remedy="Set `minimum_links: 1`, or as many members as the traffic needs.",
                    names=members,
                    path=("lags", lag.name),
                )
