"""Quotas of Direct Connect that change what a network does.

Source: Direct Connect User Guide, "Direct Connect quotas" and "Inbound prefix controls", 2026; read 2026-11-23.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dxemu.units import BitsPerSecond


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A limit: the `most` that is allowed, of what and `per` what, and what happens `beyond` it."""

    most: int
    per: str
    beyond: str

    def check(self, count: int, what: str = "") -> str | None:
        """A sentence that says what AWS does about `count` (of `what`); None within the quota."""
        if count <= self.most:
            return None
        counted = f"{count} {what}".rstrip()
        return f"{counted} are more than the {self.most} allowed {self.per}: {self.beyond}"


ROUTES_PRIVATE = Quota(
    most=100,
    per="routes from the customer, per address family and private or transit virtual interface",
    beyond="the BGP session goes Idle until routes are withdrawn and the session is reset",
)
"""Routes that the customer may announce. Since 2026-08 up to 1,000 can be allocated to a virtual interface.

RFC 4486 calls the NOTIFICATION "Maximum Number of Prefixes Reached" (Cease/1). AWS does not say whether it counts what
it receives or what it accepts; here it counts what it receives, as it says "advertise", but not its own prefixes that
come back (AS loops).
Source: Direct Connect User Guide, "Direct Connect quotas", 2026; read 2026-11-23.
"""


def routes_allocated(allocation: int) -> Quota:
    """`ROUTES_PRIVATE` with an allocation from the connection's pool."""
    return replace(ROUTES_PRIVATE, most=allocation)


PREFIX_ALLOCATION = Quota(
    most=1000,
    per="allocated prefixes, per address family and private or transit virtual interface",
    beyond="AWS refuses the allocation",
)
"""The largest allocation to one virtual interface; more through AWS's account team.

Source: Direct Connect User Guide, "Inbound prefix controls", 2026; read 2026-11-23.
"""

PREFIX_ALLOCATIONS_GATEWAY = Quota(
    most=10_000,
    per="allocated prefixes, IPv4 and IPv6 together, per Direct Connect gateway",
    beyond="AWS refuses the allocation",
)
"""Allocations of all virtual interfaces on a Direct Connect gateway. Source: as `PREFIX_ALLOCATION`."""

POOLS = {10**9: 5000, 10 * 10**9: 5000, 100 * 10**9: 30_000, 400 * 10**9: 50_000}
"""Prefixes that a dedicated connection has to allocate in each address family, by its bits per second.

Source: as `PREFIX_ALLOCATION`.
"""


def prefix_pool(bandwidth: BitsPerSecond, members: int = 1) -> Quota | None:
    """What a dedicated connection, or a LAG of `members` such ones, has to allocate in each address family.

    None for a bandwidth that only hosted connections have: no pool is published for them.
    """
    of_one = POOLS.get(int(bandwidth))
    if of_one is None:
        return None
    port = "connection" if members == 1 else f"LAG of {members}"
    return Quota(
        most=of_one * members,
        per=f"allocated prefixes, per address family and {port} of {bandwidth}",
        beyond="AWS refuses the allocation",
    )


ROUTES_PUBLIC = Quota(
    most=1000,
    per="routes from the customer, per public virtual interface",
    beyond="the BGP session goes down and stays Idle until routes are withdrawn and the session is reset",
)
"""Routes that the customer may announce on a public virtual interface; cannot be raised.

Source: as `ROUTES_PRIVATE`.
"""

VIRTUAL_INTERFACES_OF_ALL_TYPES = Quota(
    most=51,
    per="virtual interfaces of all types, per dedicated connection",
    beyond="AWS refuses to create another one",
)
"""All virtual interfaces on a dedicated connection or link aggregation group together. Source: as `ROUTES_PRIVATE`."""

VIRTUAL_INTERFACES_GATEWAY = Quota(
    most=30,
    per="private or transit virtual interfaces, per Direct Connect gateway",
    beyond="AWS refuses to create another one",
)
"""Virtual interfaces on a Direct Connect gateway. Source: as `ROUTES_PRIVATE`."""

VIRTUAL_PRIVATE_GATEWAYS = Quota(
    most=20, per="virtual private gateways, per Direct Connect gateway", beyond="AWS refuses the association"
)
"""Virtual private gateways behind a Direct Connect gateway. Source: as `ROUTES_PRIVATE`."""

TRANSIT_GATEWAYS = Quota(
    most=6, per="transit gateways, per Direct Connect gateway", beyond="AWS refuses the association"
)
"""Transit gateways behind a Direct Connect gateway. Source: as `ROUTES_PRIVATE`."""

DIRECT_CONNECT_GATEWAYS = Quota(
    most=20, per="Direct Connect gateways, per transit gateway", beyond="AWS refuses the association"
)
"""Direct Connect gateways in front of a transit gateway. Source: as `ROUTES_PRIVATE`."""

ALLOWED_PREFIXES = Quota(
    most=200,
    per="prefixes, IPv4 and IPv6 together, per transit gateway association",
    beyond="AWS refuses the update of the association",
)
"""What AWS announces to the customer for a transit gateway. Source: as `ROUTES_PRIVATE`."""

VPC_CIDRS = Quota(most=5, per="IPv4 CIDR blocks, per VPC", beyond="AWS refuses to add another one")
"""The first one and all others. Source: VPC User Guide, "Amazon VPC quotas"; read 2026-11-28."""

LAGS = Quota(most=10, per="link aggregation groups, per Region", beyond="AWS refuses to create another one")
"""Link aggregation groups in a Region. Source: as `ROUTES_PRIVATE`."""

VPNS = Quota(most=10, per="VPN connections, per virtual private gateway", beyond="AWS refuses to create another one")
"""VPN connections on a virtual private gateway.

Source: Site-to-Site VPN User Guide, "Quotas", 2023 archive; read 2026-11-23.
"""

VPNS_REGION = Quota(most=50, per="VPN connections, per Region", beyond="AWS refuses to create another one")
"""VPN connections in a Region. Source: as `VPNS`."""

VPN_ROUTES_VGW = Quota(
    most=100,
    per="routes by BGP, per VPN connection on a virtual private gateway",
    beyond="the BGP session goes Idle until routes are withdrawn and the session is reset",
)
"""Routes that the customer may announce in a tunnel to a virtual private gateway.

What happens beyond it is not published; here it is what happens on virtual interfaces. Source: as `VPNS`.
"""

VPN_ROUTES_TGW = Quota(
    most=1000,
    per="routes by BGP, per VPN connection on a transit gateway",
    beyond="the BGP session goes Idle until routes are withdrawn and the session is reset",
)
"""Routes that the customer may announce in a tunnel to a transit gateway. Source: as `VPN_ROUTES_VGW`."""

PROPAGATED_ROUTES = Quota(
    most=100,
    per="propagated routes, per VPC route table",
    beyond="the excess is not installed; AWS advises to announce a default route",
)
"""Routes that a virtual private gateway propagates into a VPC's route table; which: `dxemu.aws.propagated_routes`.

It cannot be raised. Source: Amazon VPC User Guide, "Amazon VPC quotas"; read 2026-11-28.
"""

SITELINK_ROUTES = Quota(
    most=1000,
    per="routes by SiteLink, per address family and virtual interface",
    beyond="nothing is published",
)
"""Routes between virtual interfaces with SiteLink.

Source: Direct Connect User Guide, "SiteLink", by way of a digest of 2026-09-30; read 2026-11-23.
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
"""Virtual interfaces on a dedicated connection or link aggregation group. Source: as `ROUTES_PRIVATE`."""

TRANSIT_VIRTUAL_INTERFACES_DEDICATED = Quota(
    most=4,
    per="transit virtual interfaces, per dedicated connection",
    beyond="AWS refuses to create another one",
)
"""Transit virtual interfaces on a dedicated connection or link aggregation group. Source: as `ROUTES_PRIVATE`."""
