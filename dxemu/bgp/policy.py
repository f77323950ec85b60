"""Policy between the wire and the tables: what is accepted and how it is changed, what is announced and to whom."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Network

from dxemu.bgp.prefix_policy import PrefixPolicy, policy_of
from dxemu.bgp.route import DEFAULT_LOCAL_PREF, Announcement, Route
from dxemu.units import WELL_KNOWN_COMMUNITIES, Asn, IPAddress, IPNetwork

_MULTICAST, _MULTICAST_IPV6 = 0xE, 0xFF

PreferenceRule = Callable[[tuple[str, ...]], int]
"""LOCAL_PREF by the communities of a route, as at AWS."""

CommunityRule = Callable[[tuple[str, ...]], tuple[str, ...]]
"""Which communities of a route stay."""

RefusalRule = Callable[[IPNetwork], str | None]
"""Why a prefix is not let in whoever approved it; None if nothing speaks against it."""

NOT_PASSED_ON = "iBGP peers do not pass on what they heard from each other (RFC 4271 section 9.2)"
NOT_REFLECTED = "a route reflector tells its clients only what it hears from non-clients (RFC 4456 section 6)"
"""Why a route that came by iBGP does not go on to an iBGP peer: no route reflector, or not between those two."""

NO_EXPORT = WELL_KNOWN_COMMUNITIES["no-export"]
NO_ADVERTISE = WELL_KNOWN_COMMUNITIES["no-advertise"]
NO_EXPORT_SUBCONFED = WELL_KNOWN_COMMUNITIES["no-export-subconfed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPolicy:
    """What one end of a session does with what it hears, and who it hears it from.

    LOCAL_PREF becomes `local_pref` if that is given, else what `preference_rule` says if that is given. Else it is
    what an iBGP peer sent, or 100. With `accepts` everything outside these prefixes, which are called `filtered_by`,
    is refused, and whatever `refuses` has a reason against. The own ASN may be `allow_as_in` times in the AS_PATH.
    Of the communities those stay that `keeps` gives; without it all of them. `precedence` and `kind` are the route's.
    The first of `policies` that matches a prefix decides before these.
    `on_link` is the subnet that the session runs over: the next hop must be in it (RFC 4271 section 6.3, an external
    peer one hop away); None: it may be anywhere.
    What comes back by route reflectors to the router with `own_router_id`, or to the cluster `cluster_id`, is not taken
    (RFC 4456 section 8).
    """

    session: str
    own_asn: Asn
    external: bool
    peer_router_id: IPv4Address
    peer_address: IPAddress
    local_pref: int | None = None
    preference_rule: PreferenceRule | None = None
    accepts: Collection[IPNetwork] | None = None
    filtered_by: str = "the virtual interface's route filter prefixes"
    refuses: RefusalRule | None = None
    keeps: CommunityRule | None = None
    allow_as_in: int = 0
    precedence: int = 0
    kind: str = ""
    on_link: IPNetwork | None = None
    policies: tuple[PrefixPolicy, ...] = ()
    own_router_id: IPv4Address | None = None
    cluster_id: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """An announcement that the import policy does not let in, and why."""

    prefix: IPNetwork
    reason: str


def import_route(announcement: Announcement, policy: ImportPolicy) -> Route | Refused:
    """The route that goes into the Adj-RIB-In, or why none does (RFC 4271 sections 9.1.1 and 9.1.2: the AS loop)."""
    if announcement.as_path.count(policy.own_asn) > policy.allow_as_in:
        path = " ".join(str(asn) for asn in announcement.as_path)
        return Refused(announcement.prefix, f"AS loop: own AS {policy.own_asn} is in the AS_PATH {path}")
    if (reflected := _came_back(announcement, policy)) is not None:
        return Refused(announcement.prefix, reflected)
    if _is_multicast(announcement.prefix):
        return Refused(announcement.prefix, "a multicast prefix is not unicast (RFC 4271 section 6.3)")
    if policy.on_link is not None and not _in(announcement.next_hop, policy.on_link):
        return Refused(announcement.prefix, f"the next hop {announcement.next_hop} is not on {policy.on_link}")
    reason = None if policy.refuses is None else policy.refuses(announcement.prefix)
    if reason is not None:
        return Refused(announcement.prefix, reason)
    if policy.accepts is not None and not _accepted(announcement.prefix, policy.accepts):
        return Refused(announcement.prefix, f"the prefix is not among {policy.filtered_by}")
    own = policy_of(announcement.prefix, policy.policies)
    if own is not None and not own.accept:
        return Refused(announcement.prefix, f"the router's policy for {own.filter} does not take it")
    return Route(
        prefix=announcement.prefix,
        next_hop=announcement.next_hop,
        as_path=announcement.as_path,
        origin=announcement.origin,
        local_pref=_imported_local_pref(announcement, policy)
        if own is None or own.local_pref is None
        else own.local_pref,
        med=announcement.med,
        communities=announcement.communities if policy.keeps is None else policy.keeps(announcement.communities),
        session=policy.session,
        external=policy.external,
        peer_router_id=policy.peer_router_id,
        peer_address=policy.peer_address,
        precedence=policy.precedence,
        kind=policy.kind,
        originator_id=announcement.originator_id,
        cluster_list=announcement.cluster_list,
    )


def _came_back(announcement: Announcement, policy: ImportPolicy) -> str | None:
    """Why a route that was reflected is not taken here (RFC 4456 section 8); None if it may be."""
    if announcement.originator_id is None:
        return None
    if announcement.originator_id == policy.own_router_id:
        return f"reflected back: ORIGINATOR_ID {announcement.originator_id} is this router's (RFC 4456 section 8)"
    if policy.cluster_id in announcement.cluster_list:
        return f"reflected already: own cluster {policy.cluster_id} is in the CLUSTER_LIST (RFC 4456 section 8)"
    return None


def _is_multicast(prefix: IPNetwork) -> bool:
    """224.0.0.0/4 and ff00::/8. By the first bits: to ask `ipaddress` takes as long as all the rest of an import."""
    first = int(prefix.network_address)
    return first >> 28 == _MULTICAST if isinstance(prefix, IPv4Network) else first >> 120 == _MULTICAST_IPV6


def _in(address: IPAddress, network: IPNetwork) -> bool:
    """Whether it is of the network. As fast as `_is_multicast`."""
    host_bits = network.max_prefixlen - network.prefixlen
    return address.version == network.version and int(address) >> host_bits == int(network.network_address) >> host_bits


def _accepted(prefix: IPNetwork, accepts: Collection[IPNetwork]) -> bool:
    return prefix in accepts or any(_within(prefix, accepted) for accepted in accepts)


def _within(prefix: IPNetwork, accepted: IPNetwork) -> bool:
    if isinstance(prefix, IPv4Network):
        return isinstance(accepted, IPv4Network) and prefix.subnet_of(accepted)
    return isinstance(accepted, IPv6Network) and prefix.subnet_of(accepted)


def _imported_local_pref(announcement: Announcement, policy: ImportPolicy) -> int:
    if policy.local_pref is not None:
        return policy.local_pref
    if policy.preference_rule is not None:
        return policy.preference_rule(announcement.communities)
    if policy.external or announcement.local_pref is None:
        return DEFAULT_LOCAL_PREF
    return announcement.local_pref


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPolicy:
    """What one end of a session announces.

    `own_address` is this end's address, which becomes the next hop; a session carries prefixes of its IP version only.
    `communities` are added, and those that `tags` has for the prefix; without `send_communities` none are sent at all.
    With `originated_only` nothing is passed on from other peers: an AWS device announces the VPC's prefixes only. With
    `learnt_only` nothing of its own is announced, as between AWS's devices with SiteLink. Towards eBGP the own ASN is
    put in front `prepend` more times, and `med` is sent (None: none). `only` are the prefixes that the peer may hear
    of; None: no such limit. `withholds` are those that it does not hear of all the same. The first of `policies` that
    matches a prefix decides before these.
    `reflects` are the iBGP sessions whose routes go on to this peer: all of them if it is a client of this route
    reflector, else those of its clients (RFC 4456 section 6). `cluster_id` is then the reflector's cluster.
    """

    session: str
    own_asn: Asn
    external: bool
    own_address: IPAddress
    communities: tuple[str, ...] = ()
    send_communities: bool = True
    prepend: int = 0
    med: int | None = None
    originated_only: bool = False
    learnt_only: bool = False
    only: Collection[IPNetwork] | None = None
    withholds: Collection[IPNetwork] = ()
    tags: Mapping[IPNetwork, tuple[str, ...]] = field(default_factory=dict)
    policies: tuple[PrefixPolicy, ...] = ()
    reflects: Collection[str] = ()
    cluster_id: IPv4Address | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """A route that a peer, or a gateway, must not hear of, and why."""

    prefix: IPNetwork
    reason: str


def export_route(route: Route, policy: ExportPolicy) -> Announcement | Withheld:
    """What is announced of the best route `route`, or why the peer must not hear of it.

    Never back to the session that it came from; from one iBGP peer to another by route reflectors only (RFC 4271
    section 9.2, RFC 4456), which put their cluster in front of the CLUSTER_LIST. The well-known communities of the
    route are honoured (RFC 1997); those that are added here are for the peer.
    Towards eBGP: own ASN in front, no LOCAL_PREF, and no MED that came from another AS, but this end's own if it has
    one to send (sections 5.1.2, 5.1.4, 5.1.5). The next hop is always this end: iBGP keeps a next hop outside the AS by
    default (section 5.1.3), but then the peer needs a route to the subnet of the virtual interface, so routers at the
    edge are set to next-hop-self; and a route reflector, which should keep it (RFC 4456 section 10), is, too: here it
    stands in the way between its clients.
    """
    reason = _why_withheld(route, policy)
    if reason is not None:
        return Withheld(route.prefix, reason)
    own = policy_of(route.prefix, policy.policies)
    communities = policy.communities if own is None or own.communities is None else own.communities
    prepend = policy.prepend if own is None or own.prepend is None else own.prepend
    med = policy.med if own is None or own.med is None else own.med
    tags = policy.tags.get(route.prefix, ())
    added = tuple(dict.fromkeys((*route.communities, *communities, *tags)))
    announcement = Announcement(
        prefix=route.prefix,
        next_hop=policy.own_address,
        as_path=route.as_path,
        origin=route.origin,
        local_pref=route.local_pref,
        med=route.med if own is None or own.med is None else own.med,
        communities=added if policy.send_communities else (),
    )
    if policy.external:
        as_path = (policy.own_asn,) * (1 + prepend) + route.as_path
        return replace(announcement, as_path=as_path, local_pref=None, med=med)
    if route.external or route.originated or policy.cluster_id is None:
        return announcement
    originator = route.originator_id or route.peer_router_id
    return replace(announcement, originator_id=originator, cluster_list=(policy.cluster_id, *route.cluster_list))


def _why_withheld(route: Route, policy: ExportPolicy) -> str | None:
    """Why the peer must not hear of `route`; None if it may."""
    if route.session == policy.session:
        return "it came from this peer"
    if policy.originated_only and not route.originated:
        return "only prefixes of its own are announced here: nothing goes from one connection to another"
    if policy.learnt_only and route.originated:
        return "between AWS's devices only what the customer announced is passed on"
    if route.prefix.version != policy.own_address.version:
        return f"the session carries IPv{policy.own_address.version} prefixes only"
    if policy.only is not None and route.prefix not in policy.only:
        return "it is not among the prefixes for this peer"
    if (own := policy_of(route.prefix, policy.policies)) is not None and not own.announce:
        return f"the router's policy for {own.filter} does not announce it"
    if route.prefix in policy.withholds:
        return "an operator has withdrawn it towards this peer"
    internal = not policy.external and not route.originated and not route.external
    if internal and route.session not in policy.reflects:
        return NOT_PASSED_ON if policy.cluster_id is None else NOT_REFLECTED
    if NO_ADVERTISE in route.communities:
        return "NO_ADVERTISE: it goes to no other peer (RFC 1997)"
    if policy.external and NO_EXPORT in route.communities:
        return "NO_EXPORT: it does not leave the AS (RFC 1997)"
    if policy.external and NO_EXPORT_SUBCONFED in route.communities:
        return "NO_EXPORT_SUBCONFED: it does not go to eBGP peers (RFC 1997)"
    return None
