"""AS_PATH prepending where AWS does not look at AS_PATH."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from dxemu.audit.base import Finding, Rule, listed
from dxemu.audit.carriers import carriers, leads_from
from dxemu.audit.design import Design, GatewayPath
from dxemu.aws.asn import PUBLIC_VIF_AMAZON_SIDE, is_private
from dxemu.topology.model import VifType


class PrependAcrossRegions(Rule):
    """Virtual interfaces that AWS should use second, and does not."""

    code: ClassVar[str] = "DX-A007"
    title: ClassVar[str] = "prepending in vain"
    rule: ClassVar[str] = (
        "A Region prefers locations associated with itself before it compares AS_PATH: prepending does not move "
        "traffic between locations of different Regions, communities do"
    )
    source: ClassVar[str] = "Direct Connect User Guide, Routing policies and BGP communities"
    paragraph: ClassVar[str] = """\
Each location is associated with a Region, and a Region prefers its own locations before it compares
AS_PATH. Prepending on a virtual interface at a location of the gateway's own Region moves nothing
to one of another Region. The communities 7224:7300, 7224:7200 and 7224:7100 come before both. On
public virtual interfaces a private ASN is replaced by 7224, so that prepending it changes nothing.
Source: Direct Connect User Guide, Routing policies and BGP communities."""

    def find(self, design: Design) -> Iterator[Finding]:
        """One finding for each virtual interface that prepends in vain, with the gateways where it does."""
        for vif in design.topology.virtual_interfaces:
            at = list(_prepending(design, vif.name))
            in_vain = [(gateway, others) for gateway, own, others in at if _still_used(design, gateway, own, others)]
            if in_vain:
                own = at[0][1]
                others = dict.fromkeys(other.name for _, found in in_vain for other in found)
                yield Finding(
                    problem=f"virtual interface {vif.name} prepends {own.policy.as_path_prepend} to be second to "
                    f"{listed(others)} at {listed(gateway for gateway, _ in in_vain)}, and AWS sends over it; their "
                    "locations belong to different Regions",
                    remedy='Send communities: "7224:7300" on the first choice, "7224:7100" on the last.',
                    names=(vif.name,),
                    path=(*own.path, "customer"),
                )
            if vif.type is VifType.PUBLIC and vif.customer.as_path_prepend and is_private(vif.asn) and vif.in_service:
                yield Finding(
                    problem=f"public virtual interface {vif.name} prepends the private AS {vif.asn}, which the rest "
                    f"of AWS sees as {PUBLIC_VIF_AMAZON_SIDE} once, however often it is there",
                    remedy="Announce longer prefixes on the first choice, or use a public ASN.",
                    names=(vif.name,),
                    path=("virtual_interfaces", vif.name, "customer"),
                )


def _prepending(design: Design, name: str) -> Iterator[tuple[str, GatewayPath, tuple[GatewayPath, ...]]]:
    """The gateways to which the virtual interface prepends to be second, and which ones would be first there."""
    for gateway, ways in design.ways.items():
        own = next((way for way in ways if way.vif is not None and way.name == name), None)
        if own is None or design.is_public_type(own) or not own.policy.as_path_prepend or own.community is not None:
            continue
        others = tuple(
            way
            for way in ways
            if way.vif is not None
            and way.community is None
            and way.region != own.region
            and way.policy.as_path_prepend < own.policy.as_path_prepend
        )
        if others:
            yield gateway, own, others


def _still_used(design: Design, gateway: str, own: GatewayPath, others: tuple[GatewayPath, ...]) -> bool:
    """Whether, by the tables, the gateway sends over it and over none of the others."""
    for pair in design.pairs:
        if leads_from(design, pair, gateway):
            used = {name for names in carriers(design, pair, to_aws=False) for name in names}
            if own.name in used and not any(other.name in used for other in others):
                return True
    return False
