"""What is let in, how it is changed, and what goes out to whom."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

import pytest

from dxemu.bgp.policy import ExportPolicy, ImportPolicy, Refused, Withheld, export_route, import_route
from dxemu.bgp.route import Announcement, Route, originate
from dxemu.units import WELL_KNOWN_COMMUNITIES, Asn, community

PREFIX = IPv4Network("10.0.0.0/16")
PEER = IPv4Address("192.0.2.1")
OWN = IPv4Address("192.0.2.2")

HEARD = Announcement(prefix=PREFIX, next_hop=PEER, as_path=(Asn(64512),), local_pref=300, med=5)
EBGP_IN = ImportPolicy(session="a", own_asn=Asn(65000), external=True, peer_router_id=PEER, peer_address=PEER)
IBGP_IN = replace(EBGP_IN, external=False)
EBGP_OUT = ExportPolicy(session="b", own_asn=Asn(65000), external=True, own_address=OWN, communities=("7224:7300",))
IBGP_OUT = replace(EBGP_OUT, external=False, communities=())


def imported(policy: ImportPolicy, announcement: Announcement = HEARD) -> Route:
    route = import_route(announcement, policy)
    assert isinstance(route, Route)
    return route


@pytest.mark.parametrize(
    ("policy", "local_pref"),
    [
        (EBGP_IN, 100),
        (replace(EBGP_IN, local_pref=200), 200),
        (replace(EBGP_IN, preference_rule=lambda found: 10 * len(found)), 0),
        (IBGP_IN, 300),
        (replace(IBGP_IN, local_pref=200), 200),
    ],
    ids=["eBGP ignores what was sent", "set by policy", "by communities", "iBGP keeps it", "iBGP set by policy"],
)
def test_local_pref_of_an_imported_route(policy: ImportPolicy, local_pref: int) -> None:
    assert imported(policy).local_pref == local_pref


def test_ibgp_without_local_pref_counts_as_100() -> None:
    assert imported(IBGP_IN, replace(HEARD, local_pref=None)).local_pref == 100


def test_own_asn_in_the_path_is_refused_with_the_reason() -> None:
    looped = replace(HEARD, as_path=(Asn(64512), Asn(65000)))
    assert import_route(looped, EBGP_IN) == Refused(PREFIX, "AS loop: own AS 65000 is in the AS_PATH 64512 65000")


@pytest.mark.parametrize(
    ("allow", "own", "taken"), [(0, 0, True), (0, 1, False), (1, 0, True), (1, 1, True), (1, 2, False)]
)
def test_own_asn_may_be_in_the_path_as_often_as_is_allowed(allow: int, own: int, taken: bool) -> None:
    heard = replace(HEARD, as_path=(Asn(64512), *[Asn(65000)] * own))
    assert isinstance(import_route(heard, replace(EBGP_IN, allow_as_in=allow)), Route) is taken


@pytest.mark.parametrize(
    ("next_hop", "network", "taken"),
    [
        (IPv4Address("192.0.2.1"), IPv4Network("192.0.2.0/30"), True),
        (IPv4Address("192.0.2.5"), IPv4Network("192.0.2.0/30"), False),
        (IPv4Address("192.0.2.0"), IPv4Network("192.0.2.0/31"), True),
        (IPv4Address("192.0.2.2"), IPv4Network("192.0.2.0/31"), False),
        (IPv6Address("2001:db8::2"), IPv6Network("2001:db8::/125"), True),
        (IPv6Address("2001:db8::8"), IPv6Network("2001:db8::/125"), False),
        (IPv6Address("::c000:201"), IPv4Network("192.0.2.0/30"), False),
    ],
)
def test_a_next_hop_has_to_be_on_the_link(
    next_hop: IPv4Address | IPv6Address, network: IPv4Network | IPv6Network, taken: bool
) -> None:
    """RFC 4271 section 6.3."""
    found = import_route(replace(HEARD, next_hop=next_hop), replace(EBGP_IN, on_link=network))
    assert isinstance(found, Route) is taken


def test_to_ebgp_own_asn_next_hop_self_no_local_pref_no_med_and_communities() -> None:
    assert export_route(imported(EBGP_IN), EBGP_OUT) == Announcement(
        prefix=PREFIX, next_hop=OWN, as_path=(Asn(65000), Asn(64512)), communities=("7224:7300",)
    )


def test_to_ibgp_next_hop_self_and_local_pref_kept() -> None:
    route = imported(replace(EBGP_IN, local_pref=200))
    assert export_route(route, IBGP_OUT) == Announcement(
        prefix=PREFIX, next_hop=OWN, as_path=(Asn(64512),), local_pref=200, med=5
    )


def sent(route: Route, policy: ExportPolicy) -> Announcement:
    announcement = export_route(route, policy)
    assert isinstance(announcement, Announcement)
    return announcement


def withheld(route: Route, policy: ExportPolicy) -> str:
    found = export_route(route, policy)
    assert isinstance(found, Withheld)
    assert found.prefix == route.prefix
    return found.reason


def test_a_community_is_not_sent_twice() -> None:
    route = imported(EBGP_IN, replace(HEARD, communities=("65000:1", "7224:7300")))
    assert sent(route, EBGP_OUT).communities == ("65000:1", "7224:7300")


def test_nothing_goes_back_to_where_it_came_from() -> None:
    assert withheld(imported(EBGP_IN), replace(EBGP_OUT, session="a")) == "it came from this peer"


def test_ibgp_is_not_passed_on_to_ibgp_but_to_ebgp() -> None:
    route = imported(IBGP_IN)
    assert "RFC 4271 section 9.2" in withheld(route, IBGP_OUT)
    assert sent(route, EBGP_OUT)


def test_originated_prefixes_go_to_everybody() -> None:
    for policy in (EBGP_OUT, IBGP_OUT, replace(EBGP_OUT, originated_only=True)):
        assert sent(originate(PREFIX), policy)


def test_originated_only_passes_nothing_on() -> None:
    assert "from one connection to another" in withheld(imported(EBGP_IN), replace(EBGP_OUT, originated_only=True))


PREFIX6 = IPv6Network("2001:db8:c::/48")
PEER6 = IPv6Address("2001:db8::1")
OWN6 = IPv6Address("2001:db8::2")
HEARD6 = replace(HEARD, prefix=PREFIX6, next_hop=PEER6)


def test_ipv6_goes_through_both_policies_like_ipv4() -> None:
    route = imported(replace(EBGP_IN, peer_address=PEER6, local_pref=200), HEARD6)
    assert (route.prefix, route.next_hop, route.peer_address, route.local_pref) == (PREFIX6, PEER6, PEER6, 200)
    assert export_route(route, replace(EBGP_OUT, own_address=OWN6)) == Announcement(
        prefix=PREFIX6, next_hop=OWN6, as_path=(Asn(65000), Asn(64512)), communities=("7224:7300",)
    )


@pytest.mark.parametrize(("prefix", "own"), [(PREFIX, OWN6), (PREFIX6, OWN)], ids=["IPv4 over IPv6", "IPv6 over IPv4"])
def test_a_session_carries_prefixes_of_its_own_ip_version_only(
    prefix: IPv4Network | IPv6Network, own: IPv4Address | IPv6Address
) -> None:
    assert f"IPv{own.version} prefixes only" in withheld(originate(prefix), replace(EBGP_OUT, own_address=own))


@pytest.mark.parametrize(("policy", "times"), [(EBGP_OUT, 4), (IBGP_OUT, 0)], ids=["eBGP", "not to iBGP"])
def test_the_own_asn_is_put_in_front_more_times(policy: ExportPolicy, times: int) -> None:
    assert sent(imported(EBGP_IN), replace(policy, prepend=3)).as_path == (*[Asn(65000)] * times, Asn(64512))


@pytest.mark.parametrize(("only", "hears"), [(None, True), ((PREFIX,), True), ((PREFIX6,), False), ((), False)])
def test_only_what_the_peer_may_hear_of_is_sent(
    only: tuple[IPv4Network | IPv6Network, ...] | None, hears: bool
) -> None:
    found = export_route(originate(PREFIX), replace(EBGP_OUT, only=only))
    assert isinstance(found, Announcement) is hears


@pytest.mark.parametrize(
    ("accepts", "prefix", "accepted"),
    [
        ("10.0.0.0/8", "10.1.0.0/16", True),
        ("10.1.0.0/16", "10.1.0.0/16", True),
        ("10.1.0.0/16", "10.0.0.0/8", False),
        ("2001:db8::/32", "2001:db8:c::/48", True),
        ("2001:db8:c::/48", "2001:db8:d::/48", False),
        ("0.0.0.0/0", "2001:db8:c::/48", False),
        ("::/0", "10.1.0.0/16", False),
    ],
)
def test_route_filter_prefixes_of_either_version(accepts: str, prefix: str, accepted: bool) -> None:
    policy = replace(EBGP_IN, accepts=(ip_network(accepts),))
    found = import_route(replace(HEARD, prefix=ip_network(prefix)), policy)
    assert isinstance(found, Route) is accepted
    if isinstance(found, Refused):
        assert "route filter" in found.reason


@pytest.mark.parametrize(("policy", "med"), [(EBGP_OUT, 10), (IBGP_OUT, 5)], ids=["eBGP", "iBGP keeps what was sent"])
def test_med_to_another_as_is_the_own_one_or_none(policy: ExportPolicy, med: int) -> None:
    """RFC 4271 section 5.1.4: a MED that came from a neighbouring AS does not go on to others."""
    assert sent(imported(EBGP_IN), replace(policy, med=10)).med == med


@pytest.mark.parametrize("policy", [EBGP_OUT, IBGP_OUT], ids=["eBGP", "iBGP"])
def test_a_router_that_sends_no_communities_strips_all_of_them(policy: ExportPolicy) -> None:
    route = imported(EBGP_IN, replace(HEARD, communities=("65000:1",)))
    assert sent(route, replace(policy, communities=("7224:7300",), send_communities=False)).communities == ()


@pytest.mark.parametrize(("allowed", "accepted"), [(0, False), (1, False), (2, True)])
def test_the_own_asn_may_be_in_the_path_as_often_as_is_allowed(allowed: int, accepted: bool) -> None:
    looped = replace(HEARD, as_path=(Asn(64512), Asn(65000), Asn(65000)))
    assert isinstance(import_route(looped, replace(EBGP_IN, allow_as_in=allowed)), Route) is accepted


def test_a_refusal_names_the_filter() -> None:
    policy = replace(EBGP_IN, accepts=(), filtered_by="those that the router accepts")
    refused = import_route(HEARD, policy)
    assert refused == Refused(PREFIX, "the prefix is not among those that the router accepts")


def test_between_devices_with_site_link_only_what_was_learnt_is_announced() -> None:
    out = replace(IBGP_OUT, learnt_only=True)
    assert isinstance(export_route(originate(PREFIX), out), Withheld)
    assert sent(imported(EBGP_IN), out).as_path == (Asn(64512),)


def test_an_imported_route_has_the_policys_precedence_and_kind() -> None:
    route = imported(replace(EBGP_IN, precedence=1, kind="SiteLink"))
    assert (route.precedence, route.kind) == (1, "SiteLink")


@pytest.mark.parametrize(
    ("name", "to_ibgp", "to_ebgp"),
    [
        ("no-export", True, False),
        ("no-advertise", False, False),
        ("no-export-subconfed", True, False),
        ("no-peer", True, True),
        ("65000:1", True, True),
    ],
)
def test_well_known_communities_are_honoured(name: str, to_ibgp: bool, to_ebgp: bool) -> None:
    route = imported(EBGP_IN, replace(HEARD, communities=("65000:7", community(name))))
    for policy, goes in ((IBGP_OUT, to_ibgp), (EBGP_OUT, to_ebgp)):
        found = export_route(route, policy)
        assert isinstance(found, Announcement) is goes
        if isinstance(found, Withheld):
            assert found.reason.startswith(name.upper().replace("-", "_"))
        elif isinstance(found, Announcement):
            assert community(name) in found.communities


def test_a_community_that_is_added_on_the_way_out_is_for_the_peer() -> None:
    """As routers do: what a session's own policy adds does not stop what it is added to."""
    policy = replace(EBGP_OUT, communities=(community("no-export"),))
    assert sent(originate(PREFIX), policy).communities == ("65535:65281",)


def test_names_of_communities_have_one_spelling() -> None:
    assert [community(name) for name in WELL_KNOWN_COMMUNITIES] == [f"65535:{65281 + n}" for n in range(4)]
    assert community("7224:7300") == "7224:7300"


def test_tags_are_added_to_their_prefix_only() -> None:
    policy = replace(EBGP_OUT, tags={PREFIX: ("7224:8100", "7224:7300")})
    assert sent(originate(PREFIX), policy).communities == ("7224:7300", "7224:8100")
    assert sent(originate(IPv4Network("10.1.0.0/16")), policy).communities == ("7224:7300",)


def test_what_is_refused_whoever_approved_it_and_which_communities_stay() -> None:
    policy = replace(
        EBGP_IN,
        refuses=lambda prefix: "no" if prefix.prefixlen < 8 else None,
        accepts=(IPv4Network("0.0.0.0/0"),),
        keeps=lambda found: found[1:],
    )
    assert imported(policy, replace(HEARD, communities=("1:1", "2:2"))).communities == ("2:2",)
    default = IPv4Network("0.0.0.0/0")
    assert import_route(replace(HEARD, prefix=default), policy) == Refused(default, "no")


@pytest.mark.parametrize(
    ("prefix", "refused"),
    [
        ("223.255.255.0/24", False),
        ("224.0.0.0/4", True),
        ("239.1.0.0/16", True),
        ("240.0.0.0/4", False),
        ("feff::/16", False),
        ("ff00::/8", True),
        ("ff0e:1::/32", True),
    ],
)
def test_multicast_is_refused_to_its_bounds(prefix: str, refused: bool) -> None:
    """224.0.0.0/4 (RFC 5771) and ff00::/8 (RFC 4291 section 2.7)."""
    found = import_route(replace(HEARD, prefix=ip_network(prefix)), EBGP_IN)
    assert (isinstance(found, Refused) and "multicast" in found.reason) is refused


def test_an_own_route_has_the_unspecified_address_of_its_ip_version_as_next_hop() -> None:
    assert originate(PREFIX).next_hop == IPv4Address("0.0.0.0")
    assert originate(IPv6Network("2001:db8::/32")).next_hop == IPv6Address("::")
