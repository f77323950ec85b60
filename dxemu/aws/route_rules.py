"""AWS's rules for choosing routes, in words, with the page that states each.

Keys are the kind of table as in `dxemu.plan.model.GatewayKind`, or `dx_device` for a Direct Connect device, and the
step of the decision process that the rule is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dxemu.bgp.decision_step import DecisionStep

VGW, TGW, DEVICE = "virtual_private_gateway", "transit_gateway", "dx_device"
"""dxemu's own words for the tables."""


@dataclass(frozen=True, slots=True)
class RouteRule:
    """What AWS does, as a sentence without a full stop, and the page that says so (all read 2026-11-23)."""

    text: str
    page: str


_VPN_PRIORITY = 'Site-to-Site VPN User Guide, "Route tables and VPN route priority"'
_TGW_ORDER = 'Transit Gateway guide, "Route evaluation order"'
_COMMUNITIES = 'Direct Connect User Guide, "Routing policies and BGP communities"'
_PREFERENCE = RouteRule(
    "the preference community 7224:7100, 7224:7200 or 7224:7300 comes first; without one a Region prefers locations of "
    "its own, whatever the AS_PATH",
    _COMMUNITIES,
)
_AS_PATH = RouteRule("with equal preference the shorter AS_PATH wins", _COMMUNITIES)
_MED = RouteRule("a lower MED wins where everything before it is equal; AWS does not recommend it", _COMMUNITIES)

RULES: Mapping[tuple[str, DecisionStep], RouteRule] = MappingProxyType(
    {
        (VGW, DecisionStep.PRECEDENCE): RouteRule(
            "for the same prefix: Direct Connect, then static VPN, then BGP VPN", _VPN_PRIORITY
        ),
        (TGW, DecisionStep.PRECEDENCE): RouteRule(
            "for the same prefix a static route wins over a propagated one whatever its attachment; then Direct "
            "Connect gateway, private IP VPN, VPN",
            _TGW_ORDER,
        ),
        (VGW, DecisionStep.LOCAL_PREF): _PREFERENCE,
        (TGW, DecisionStep.LOCAL_PREF): _PREFERENCE,
        (DEVICE, DecisionStep.LOCAL_PREF): _PREFERENCE,
        (VGW, DecisionStep.AS_PATH): _AS_PATH,
        (TGW, DecisionStep.AS_PATH): RouteRule("within one type of attachment the shorter AS_PATH wins", _TGW_ORDER),
        (DEVICE, DecisionStep.AS_PATH): _AS_PATH,
        (VGW, DecisionStep.MED): _MED,
        (TGW, DecisionStep.MED): RouteRule("then the lower MED", _TGW_ORDER),
        (DEVICE, DecisionStep.MED): _MED,
    }
)
"""Where AWS states a rule. Steps without one are RFC 4271's, or dxemu's own choice where AWS publishes nothing.

Source: the page of each; read 2026-11-23.
"""

LONGEST_PREFIX: Mapping[str, RouteRule] = MappingProxyType(
    {
        VGW: RouteRule("the longest prefix comes first, whatever its attachment", _VPN_PRIORITY),
        TGW: RouteRule("the longest prefix comes first, whatever its attachment", _TGW_ORDER),
        DEVICE: RouteRule("the longest prefix comes first", _COMMUNITIES),
    }
)
"""Before every other rule. Source: the page of each; read 2026-11-23."""

STATIC_ROUTE = RouteRule("a static route wins over every propagated one to the same prefix", _TGW_ORDER)
"""In a transit gateway's route table. Source: its page; read 2026-11-23."""

_VPC_PRIORITY = 'VPC User Guide, "Route priority"'
VPC_LOCAL = RouteRule("the local route wins over every propagated one, also over a more specific one", _VPC_PRIORITY)
"""In a VPC's route table. Source: its page; read 2026-11-23."""

VPC_LONGEST_PREFIX = RouteRule("the longest prefix that matches wins", _VPC_PRIORITY)
"""In a VPC's route table. Source: as `VPC_LOCAL`."""

VPC_STATIC = RouteRule("a static route wins over a propagated one to the same prefix", _VPC_PRIORITY)
"""In a VPC's route table. Source: as `VPC_LOCAL`."""
