"""A VPC's route table, rule by rule (VPC User Guide, "Route priority")."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_network

import pytest

from dxemu.aws.vpc_route_table import RouteOrigin, VpcRoute, look_up

LOCAL = VpcRoute(ip_network("172.31.0.0/16"), "local", RouteOrigin.LOCAL)


def entry(prefix: str, origin: RouteOrigin, target: str = "vgw") -> VpcRoute:
    return VpcRoute(ip_network(prefix), target, origin)


INSIDE, OUTSIDE = IPv4Address("172.31.1.10"), IPv4Address("10.0.1.10")
ROWS = [
    (
        "local wins over a more specific propagated route",
        INSIDE,
        LOCAL,
        [entry("172.31.1.0/24", RouteOrigin.PROPAGATED)],
        "local wins over propagated routes",
    ),
    (
        "a static route may be more specific than local",
        INSIDE,
        entry("172.31.1.0/24", RouteOrigin.STATIC, "firewall"),
        [LOCAL],
        "longest prefix (/24 over /16)",
    ),
    (
        "the longest prefix",
        OUTSIDE,
        entry("10.0.1.0/24", RouteOrigin.PROPAGATED),
        [entry("10.0.0.0/16", RouteOrigin.STATIC)],
        "longest prefix (/24 over /16)",
    ),
    (
        "static over propagated",
        OUTSIDE,
        entry("10.0.0.0/16", RouteOrigin.STATIC, "firewall"),
        [entry("10.0.0.0/16", RouteOrigin.PROPAGATED)],
        "static over propagated",
    ),
    (
        "a prefix list over propagated",
        OUTSIDE,
        entry("10.0.0.0/16", RouteOrigin.PREFIX_LIST, "tgw"),
        [entry("10.0.0.0/16", RouteOrigin.PROPAGATED)],
        "prefix list over propagated",
    ),
    (
        "static over a prefix list",
        OUTSIDE,
        entry("10.0.0.0/16", RouteOrigin.STATIC, "tgw"),
        [entry("10.0.0.0/16", RouteOrigin.PREFIX_LIST)],
        "static over prefix list",
    ),
]


@pytest.mark.parametrize(
    ("destination", "winner", "losers", "rule"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_entry_is_chosen(destination: IPv4Address, winner: VpcRoute, losers: list[VpcRoute], rule: str) -> None:
    for entries in ([winner, *losers], [*losers, winner]):
        decision = look_up(entries, destination)
        assert decision.entry == winner
        assert decision.rule == rule
        assert [loser for loser, _ in decision.losers] == losers


def test_no_match_is_dropped() -> None:
    decision = look_up([LOCAL], OUTSIDE)
    assert decision.entry is None
    assert "dropped" in decision.rule
