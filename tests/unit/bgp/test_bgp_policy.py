"""What is let in, how it is changed, and what goes out to whom."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from dxemu.bgp.policy import ExportPolicy, ImportPolicy, Refused, export_route, import_route
from dxemu.bgp.route import Announcement, Route, originate
from dxemu.units import Asn

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


def test_to_ebgp_own_asn_next_hop_self_no_local_pref_no_med_and_communities() -> None:
    assert export_route(imported(EBGP_IN), EBGP_OUT) == Announcement(
        prefix=PREFIX, next_hop=OWN, as_path=(Asn(65000), Asn(64512)), communities=("7224:7300",)
    )


def test_to_ibgp_next_hop_self_and_local_pref_kept() -> None:
    route = imported(replace(EBGP_IN, local_pref=200))
    assert export_route(route, IBGP_OUT) == Announcement(
        prefix=PREFIX, next_hop=OWN, as_path=(Asn(64512),), local_pref=200, med=5
    )


def test_a_community_is_not_sent_twice() -> None:
    route = imported(EBGP_IN, replace(HEARD, communities=("65000:1", "7224:7300")))
    sent = export_route(route, EBGP_OUT)
    assert sent is not None
    assert sent.communities == ("65000:1", "7224:7300")


def test_nothing_goes_back_to_where_it_came_from() -> None:
    assert export_route(imported(EBGP_IN), replace(EBGP_OUT, session="a")) is None


def test_ibgp_is_not_passed_on_to_ibgp_but_to_ebgp() -> None:
    route = imported(IBGP_IN)
    assert export_route(route, IBGP_OUT) is None
    assert export_route(route, EBGP_OUT) is not None


def test_originated_prefixes_go_to_everybody() -> None:
    for policy in (EBGP_OUT, IBGP_OUT, replace(EBGP_OUT, originated_only=True)):
        assert export_route(originate(PREFIX), policy) is not None


def test_originated_only_passes_nothing_on() -> None:
    assert export_route(imported(EBGP_IN), replace(EBGP_OUT, originated_only=True)) is None
