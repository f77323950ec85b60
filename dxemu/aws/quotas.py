"""Quotas of Direct Connect that change what a network does.

Source: Direct Connect User Guide, "Direct Connect quotas" and "Inbound prefix controls", 2026; read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A limit: the `most` that is allowed, of what and `per` what, and what happens `beyond` it."""

    most: int
    per: str
    beyond: str

    def check(self, count: int) -> str | None:
        """A sentence that says what AWS does about `count`; None within the quota."""
        if count <= self.most:
            return None
        return f"{count} are more than the {self.most} allowed {self.per}: {self.beyond}"


ROUTES_PRIVATE = Quota(
    most=100,
    per="routes from the customer, per address family and private or transit virtual interface",
    beyond="the BGP session goes Idle until routes are withdrawn and the session is reset",
)
"""Routes that the customer may announce. Since 2026-08 up to 1,000 can be allocated to a virtual interface."""

ROUTES_PUBLIC = Quota(
    most=1000,
    per="routes from the customer, per public virtual interface",
    beyond="the BGP session goes down",
)
"""Routes that the customer may announce on a public virtual interface; cannot be raised."""

VIRTUAL_INTERFACES_OF_ALL_TYPES = Quota(
    most=51,
    per="virtual interfaces of all types, per dedicated connection",
    beyond="AWS refuses to create another one",
)
"""All virtual interfaces on a dedicated connection or link aggregation group together."""

VIRTUAL_INTERFACES_GATEWAY = Quota(
    most=30,
    per="private or transit virtual interfaces, per Direct Connect gateway",
    beyond="AWS refuses to create another one",
)
"""Virtual interfaces on a Direct Connect gateway."""

VIRTUAL_PRIVATE_GATEWAYS = Quota(
    most=20, per="virtual private gateways, per Direct Connect gateway", beyond="AWS refuses the association"
)
"""Virtual private gateways behind a Direct Connect gateway."""

TRANSIT_GATEWAYS = Quota(
    most=6, per="transit gateways, per Direct Connect gateway", beyond="AWS refuses the association"
)
"""Transit gateways behind a Direct Connect gateway."""

DIRECT_CONNECT_GATEWAYS = Quota(
    most=20, per="Direct Connect gateways, per transit gateway", beyond="AWS refuses the association"
)
"""Direct Connect gateways in front of a transit gateway."""

ALLOWED_PREFIXES = Quota(
    most=200,
    per="allowed prefixes, IPv4 and IPv6 together, per transit gateway association",
    beyond="AWS refuses the update of the association",
)
"""What AWS announces to the customer for a transit gateway."""

LAGS = Quota(most=10, per="link aggregation groups, per Region", beyond="AWS refuses to create another one")
"""Link aggregation groups in a Region."""

VPNS = Quota(most=10, per="VPN connections, per virtual private gateway", beyond="AWS refuses to create another one")
"""VPN connections on a virtual private gateway.

Source: Site-to-Site VPN User Guide, "Quotas", 2023 archive; read 2026-11-23.
"""

VPN_STATIC_ROUTES = Quota(
    most=100, per="static routes, per VPN connection on a virtual private gateway", beyond="AWS refuses the route"
)
"""Static routes of a VPN connection. Source: as `VPNS`."""

ROUTE_FILTER_PREFIXES = Quota(
    most=1000, per="route filter prefixes, per public virtual interface", beyond="AWS refuses the virtual interface"
)
"""Prefixes that a public virtual interface is approved for.

Source: Direct Connect User Guide, "Virtual interfaces", 2026; read 2026-11-23.
"""

VIRTUAL_INTERFACES_DEDICATED = Quota(
    most=50,
    per="private and public virtual interfaces, per dedicated connection",
    beyond="AWS refuses to create another one",
)
"""Virtual interfaces on a dedicated connection or link aggregation group."""

TRANSIT_VIRTUAL_INTERFACES_DEDICATED = Quota(
    most=4,
    per="transit virtual interfaces, per dedicated connection",
    beyond="AWS refuses to create another one",
)
"""Transit virtual interfaces on a dedicated connection or link aggregation group."""
