"""Route reflectors: what goes to whom, what is added to it, and what is not taken back (RFC 4456)."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from dxemu.bgp.policy import (
    NOT_PASSED_ON,
    NOT_REFLECTED,
    ExportPolicy,
    ImportPolicy,
    Refused,
    Withheld,
    export_route,
    import_route,
)
from dxemu.bgp.route import Announcement, Route, originate
from dxemu.daemons.exabgp_commands import announce_commands
from dxemu.daemons.exabgp_events import learnt
from dxemu.units import Asn

PREFIX = IPv4Network("172.31.0.0/16")
CLIENT, OTHER, REFLECTOR = map(IPv4Address, ("192.0.2.1", "192.0.2.2", "192.0.2.3"))
CLUSTER, EARLIER = map(IPv4Address, ("10.0.0.1", "10.0.0.9"))
HEARD = Announcement(prefix=PREFIX, next_hop=CLIENT, as_path=(Asn(64512),), local_pref=300, med=5)
IN = ImportPolicy(
    session="client",
    own_asn=Asn(65000),
    external=False,
    peer_router_id=CLIENT,
    peer_address=CLIENT,
    own_router_id=REFLECTOR,
    cluster_id=CLUSTER,
)
TO_PEER = ExportPolicy(
    session="peer",
    own_asn=Asn(65000),
    external=False,
    own_address=REFLECTOR,
    reflects=frozenset({"client"}),
    cluster_id=CLUSTER,
)


def taken(announcement: Announcement = HEARD, policy: ImportPolicy = IN) -> Route:
    route = import_route(announcement, policy)
    assert isinstance(route, Route)
    return route


def test_a_reflected_route_names_its_origin_and_the_cluster_and_keeps_the_rest() -> None:
    assert export_route(taken(), TO_PEER) == replace(
        HEARD, next_hop=REFLECTOR, originator_id=CLIENT, cluster_list=(CLUSTER,)
    )


def test_a_route_that_was_reflected_before_keeps_its_origin_and_gets_the_cluster_in_front() -> None:
    earlier = replace(HEARD, originator_id=OTHER, cluster_list=(EARLIER,))
    told = export_route(taken(earlier), TO_PEER)
    assert isinstance(told, Announcement)
    assert (told.originator_id, told.cluster_list) == (OTHER, (CLUSTER, EARLIER))


@pytest.mark.parametrize(
    ("came_by", "policy", "why"),
    [
        ("stranger", TO_PEER, NOT_REFLECTED),
        ("client", replace(TO_PEER, reflects=(), cluster_id=None), NOT_PASSED_ON),
        ("peer", TO_PEER, "it came from this peer"),
    ],
    ids=["from a non-client to a non-client", "without a reflector", "back to where it came from"],
)
def test_what_is_not_reflected_and_why(came_by: str, policy: ExportPolicy, why: str) -> None:
    assert export_route(taken(policy=replace(IN, session=came_by)), policy) == Withheld(PREFIX, why)


def test_what_the_reflector_has_of_its_own_or_by_ebgp_is_not_reflected_but_told() -> None:
    for route in (originate(PREFIX), taken(policy=replace(IN, external=True))):
        told = export_route(route, TO_PEER)
        assert isinstance(told, Announcement)
        assert (told.originator_id, told.cluster_list) == (None, ())


def test_nothing_of_it_leaves_the_as() -> None:
    earlier = taken(replace(HEARD, originator_id=OTHER, cluster_list=(EARLIER,)))
    told = export_route(earlier, replace(TO_PEER, external=True))
    assert isinstance(told, Announcement)
    assert (told.originator_id, told.cluster_list) == (None, ())


@pytest.mark.parametrize(
    ("originator", "clusters", "why"),
    [
        (REFLECTOR, (EARLIER,), "ORIGINATOR_ID 192.0.2.3 is this router's"),
        (OTHER, (EARLIER, CLUSTER), "own cluster 10.0.0.1 is in the CLUSTER_LIST"),
    ],
)
def test_what_comes_back_is_not_taken(originator: IPv4Address, clusters: tuple[IPv4Address, ...], why: str) -> None:
    found = import_route(replace(HEARD, originator_id=originator, cluster_list=clusters), IN)
    assert isinstance(found, Refused)
    assert why in found.reason
    assert "RFC 4456 section 8" in found.reason


def test_exabgp_is_told_of_both_and_tells_of_both() -> None:
    told = replace(HEARD, originator_id=CLIENT, cluster_list=(CLUSTER, EARLIER))
    assert announce_commands(OTHER, [told]) == [
        "neighbor 192.0.2.2 announce attributes next-hop 192.0.2.1 origin igp as-path [ 64512 ] local-preference 300 "
        "med 5 originator-id 192.0.2.1 cluster-list [ 10.0.0.1 10.0.0.9 ] nlri 172.31.0.0/16"
    ]
    update = {
        "attribute": {
            "origin": "igp",
            "as-path": {"0": {"element": "as-sequence", "value": [64512]}},
            "local-preference": 300,
            "med": 5,
            "originator-id": "192.0.2.1",
            "cluster-list": ["10.0.0.1", "10.0.0.9"],
        },
        "announce": {"ipv4 unicast": {"192.0.2.1": [{"nlri": "172.31.0.0/16"}]}},
    }
    assert learnt("a", Asn(65000), update).announce == (told,)
