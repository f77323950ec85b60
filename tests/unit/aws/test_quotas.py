"""Each row of AWS's quotas that have behaviour: the number, per what, and what AWS does beyond it."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxemu.aws import quotas
from dxemu.aws.propagated_routes import PropagatedRoutes, left_out
from dxemu.aws.quotas import Quota
from dxemu.topology.check import prefix_pools
from dxemu.topology.model import DEFAULT_PREFIX_ALLOCATION
from dxemu.units import BitsPerSecond, IPNetwork

GBPS = 10**9
NETWORKS = [
    ip_network(text)
    for number in range(6)
    for text in (f"10.{number}.0.0/16", f"10.{number}.0.0/24", f"2001:db8:{number}::/48")
]
IDLE = "the BGP session goes Idle until routes are withdrawn and the session is reset"
STAYS_IDLE = "the BGP session goes down and stays Idle until routes are withdrawn and the session is reset"
NO_ALLOCATION = "AWS refuses the allocation"


def pool(gbps: int, members: int = 1) -> Quota:
    found = quotas.prefix_pool(BitsPerSecond(gbps * GBPS), members)
    assert found is not None
    return found


ROWS = [
    ("routes customer -> AWS, private/transit VIF", quotas.ROUTES_PRIVATE, 100, IDLE),
    ("routes customer -> AWS, allocation of 350", quotas.routes_allocated(350), 350, IDLE),
    ("largest allocation", quotas.PREFIX_ALLOCATION, 1000, NO_ALLOCATION),
    ("prefix pool, 1G", pool(1), 5000, NO_ALLOCATION),
    ("prefix pool, 10G", pool(10), 5000, NO_ALLOCATION),
    ("prefix pool, 100G", pool(100), 30_000, NO_ALLOCATION),
    ("prefix pool, 400G", pool(400), 50_000, NO_ALLOCATION),
    ("prefix pool, LAG of three 10G", pool(10, 3), 15_000, NO_ALLOCATION),
    ("prefix allocations per DXGW", quotas.PREFIX_ALLOCATIONS_GATEWAY, 10_000, NO_ALLOCATION),
    ("routes customer -> AWS, public VIF", quotas.ROUTES_PUBLIC, 1000, STAYS_IDLE),
    ("AWS -> customer, transit VIF", quotas.ALLOWED_PREFIXES, 200, "AWS refuses the update of the association"),
    ("AWS -> customer, Cloud WAN", quotas.CLOUD_WAN_ROUTES, 5000, "nothing is published"),
    ("SiteLink", quotas.SITELINK_ROUTES, 1000, "nothing is published"),
    ("VIFs per DXGW", quotas.VIRTUAL_INTERFACES_GATEWAY, 30, "AWS refuses to create another one"),
    ("VGWs per DXGW", quotas.VIRTUAL_PRIVATE_GATEWAYS, 20, "AWS refuses the association"),
    ("TGWs per DXGW", quotas.TRANSIT_GATEWAYS, 6, "AWS refuses the association"),
    ("DXGWs per TGW", quotas.DIRECT_CONNECT_GATEWAYS, 20, "AWS refuses the association"),
    ("DXGWs per account", quotas.DIRECT_CONNECT_GATEWAYS_ACCOUNT, 200, "AWS refuses to create another one"),
    (
        "propagated routes per VPC route table",
        quotas.PROPAGATED_ROUTES,
        100,
        "the excess is not installed; AWS advises to announce a default route",
    ),
    ("VPN on a VGW, routes in by BGP", quotas.VPN_ROUTES_VGW, 100, IDLE),
    ("VPN on a TGW, routes in by BGP", quotas.VPN_ROUTES_TGW, 1000, IDLE),
    ("VPN on a VGW, routes out", quotas.VPN_ROUTES_FROM_VGW, 1000, "nothing is published"),
    ("VPN on a TGW, routes out", quotas.VPN_ROUTES_FROM_TGW, 5000, "nothing is published"),
    ("VPN on a VGW, static routes", quotas.VPN_STATIC_ROUTES, 100, "AWS refuses the route"),
]


@pytest.mark.parametrize(("row", "quota", "most", "beyond"), ROWS, ids=[row[0] for row in ROWS])
def test_up_to_the_quota_all_is_well_and_beyond_it_aws_does_this(
    row: str, quota: Quota, most: int, beyond: str
) -> None:
    assert quota.check(0) is quota.check(most) is None, row
    assert quota.check(most + 1) == f"{most + 1} are more than the {most} allowed {quota.per}: {beyond}", row


def test_the_sentence_says_what_was_counted() -> None:
    assert quotas.ROUTES_PRIVATE.check(130, "prefixes") == (
        "130 prefixes are more than the 100 allowed routes from the customer, per address family and private or "
        f"transit virtual interface: {IDLE}"
    )


def test_the_pool_is_named_by_its_port() -> None:
    assert pool(10).per == "allocated prefixes, per address family and connection of 10 Gbps"
    assert pool(100, 2).per == "allocated prefixes, per address family and LAG of 2 of 100 Gbps"


def test_no_pool_is_published_for_the_speeds_of_hosted_connections() -> None:
    assert quotas.prefix_pool(BitsPerSecond(500 * 10**6)) is quotas.prefix_pool(BitsPerSecond(25 * GBPS)) is None


def test_multipath_at_aws_is_16_wide() -> None:
    assert quotas.MULTIPATH_WIDTH == 16


def test_rules_of_topologies_have_the_same_numbers() -> None:
    assert quotas.ROUTES_PRIVATE.most == DEFAULT_PREFIX_ALLOCATION
    assert quotas.PREFIX_ALLOCATION.most == prefix_pools.MOST_ALLOCATED
    assert quotas.ROUTES_PUBLIC.most == prefix_pools.MOST_PUBLIC
    assert quotas.PREFIX_ALLOCATIONS_GATEWAY.most == prefix_pools.MOST_ON_DXGW
    assert prefix_pools.POOLS == quotas.POOLS


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(NETWORKS)), max_size=40), st.integers(1, 8))
def test_the_table_holds_the_first_routes_whatever_came_and_went(
    changes: list[tuple[bool, IPNetwork]], most: int
) -> None:
    table, known, installed = PropagatedRoutes(most), set[IPNetwork](), set[IPNetwork]()
    for come, prefix in changes:
        if come:
            known.add(prefix)
            out = table.add(prefix)
            installed |= {prefix} if table.installed(prefix) else set()
            installed -= {out}
        else:
            known.discard(prefix)
            installed.discard(prefix)
            room = table.remove(prefix)
            installed |= {room} if room is not None else set()
        assert len(table) == len(known)
        assert {prefix for prefix in known if table.installed(prefix)} == known - left_out(known, most)
        assert installed == known - left_out(known, most)


def test_ipv4_comes_before_ipv6_and_the_lowest_address_first() -> None:
    prefixes = [ip_network(text) for text in ("2001:db8::/32", "10.9.0.0/16", "10.1.0.0/24", "10.1.0.0/16")]
    assert left_out(prefixes, 2) == {prefixes[0], prefixes[1]}
