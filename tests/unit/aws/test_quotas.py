"""Each row of AWS's quotas that have behaviour: the number, per what, and what AWS does beyond it."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from dxemu.aws import quotas
from dxemu.aws.quotas import Quota
from dxemu.units import BitsPerSecond

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
    ("SiteLink", quotas.SITELINK_ROUTES, 1000, "nothing is published"),
    ("VIFs per DXGW", quotas.VIRTUAL_INTERFACES_GATEWAY, 30, "AWS refuses to create another one"),
    ("VGWs per DXGW", quotas.VIRTUAL_PRIVATE_GATEWAYS, 20, "AWS refuses the association"),
    ("TGWs per DXGW", quotas.TRANSIT_GATEWAYS, 6, "AWS refuses the association"),
    ("DXGWs per TGW", quotas.DIRECT_CONNECT_GATEWAYS, 20, "AWS refuses the association"),
    (
        "propagated routes per VPC route table",
        quotas.PROPAGATED_ROUTES,
        100,
        "the excess is not installed; AWS advises to announce a default route",
    ),
    ("VPN on a VGW, routes in by BGP", quotas.VPN_ROUTES_VGW, 100, IDLE),
    ("VPN on a TGW, routes in by BGP", quotas.VPN_ROUTES_TGW, 1000, IDLE),
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
