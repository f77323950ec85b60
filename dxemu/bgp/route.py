"""Routes as the decision process sees them (RFC 4271 sections 4.3 and 5.1)."""

from __future__ import annotations

from dataclasses import field
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address

from dxemu.bgp.value import value
from dxemu.units import Asn, IPAddress, IPNetwork

DEFAULT_LOCAL_PREF = 100
"""LOCAL_PREF where no policy set one: what every vendor uses; RFC 4271 names no number."""

UNSPECIFIED = IPv4Address(0)
UNSPECIFIED_IPV6 = IPv6Address(0)


Rank = tuple[tuple[int, ...], tuple[int | str, ...]]
"""What the decision process compares of a route: `dxemu.bgp.decision` makes it."""


class Origin(IntEnum):
    """ORIGIN; the lower is preferred."""

    IGP = 0
    EGP = 1
    INCOMPLETE = 2


@value(frozen=True, slots=True, kw_only=True)
class Route:
    """One path to `prefix`, as it was learnt and after the import policy.

    `session` is the name of the session that it was learnt on, empty if this router originates the prefix.
    `external` says whether that session is eBGP. `med` None means that the peer sent none, which counts as 0.
    `precedence` is a gateway's rule between its attachments, of which `kind` is the name: the lower is preferred.
    LOCAL_PREF compares routes of one `preference_group` only.
    `originator_id` and `cluster_list` are what route reflectors add (RFC 4456 section 8).
    """

    prefix: IPNetwork
    next_hop: IPAddress
    as_path: tuple[Asn, ...] = ()
    origin: Origin = Origin.IGP
    local_pref: int = DEFAULT_LOCAL_PREF
    med: int | None = None
    communities: tuple[str, ...] = ()
    session: str = ""
    external: bool = False
    peer_router_id: IPv4Address = UNSPECIFIED
    peer_address: IPAddress = UNSPECIFIED
    precedence: int = 0
    kind: str = ""
    preference_group: str = ""
    originator_id: IPv4Address | None = None
    cluster_list: tuple[IPv4Address, ...] = ()
    rank: Rank | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def originated(self) -> bool:
        """Whether this router is where the prefix comes from."""
        return not self.session

    @property
    def neighbour_asn(self) -> Asn | None:
        """The first AS of the path, for the comparison of MED; None for a route from inside the own AS."""
        return self.as_path[0] if self.as_path else None

    def __lt__(self, other: Route) -> bool:
        """Any order that depends on nothing but the routes: by their text. Only routes of one session come to that."""
        return repr(self) < repr(other)


def originate(prefix: IPNetwork) -> Route:
    """The route of a router that announces `prefix` of its own."""
    return Route(prefix=prefix, next_hop=UNSPECIFIED if prefix.version == 4 else UNSPECIFIED_IPV6)  # noqa: PLR2004


@value(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What goes into an UPDATE message. `local_pref`, `med` and `originator_id` None are left out of it."""

    prefix: IPNetwork
    next_hop: IPAddress
    as_path: tuple[Asn, ...]
    origin: Origin = Origin.IGP
    local_pref: int | None = None
    med: int | None = None
    communities: tuple[str, ...] = ()
    originator_id: IPv4Address | None = None
    cluster_list: tuple[IPv4Address, ...] = ()
