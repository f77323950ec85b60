"""AS_PATH prepending where AWS does not look at AS_PATH."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.design import Design


class PrependAcrossRegions(Rule):
    """Locations of different Regions, told apart by prepending only."""

    code: ClassVar[str] = "DX-A007"
    title: ClassVar[str] = "prepending across Regions"
    rule: ClassVar[str] = (
        "A Region prefers locations associated with itself before it compares AS_PATH: prepending does not move "
        "traffic between locations of different Regions, communities do"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Routing policies and BGP communities"
    paragraph: ClassVar[str] = """\
Each location is associated with a Region, and a Region prefers its own locations before it compares
AS_PATH. Prepending on a virtual interface at a location of another Region, or of the own one, moves
nothing. The communities 7224:7300, 7224:7200 and 7224:7100 come before both. Source: Direct Connect
User Guide, Routing policies and BGP communities."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each virtual interface that prepends in vain."""
        for gateway, ways in design.redundant:
            for way in ways:
                others = [
                    other
                    for other in ways
                    if other.vif is not None and other.region != way.region and other.community is None
                ]
                if way.vif is None or not way.policy.as_path_prepend or way.community is not None or not others:
                    continue
                yield Finding(
                    problem=f"virtual interface {way.name} prepends {way.policy.as_path_prepend} to be second to "
                    f"{listed(o.name for o in others)} at {gateway}; their locations belong to different Regions",
                    remedy='Send communities: "7224:7300" on the first choice, "7224:7100" on the last.',
                    names=(way.name,),
                    path=(*way.path, "customer"),
                )
