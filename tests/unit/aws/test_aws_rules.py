"""The few AWS facts that compute something."""

from __future__ import annotations

from ipaddress import IPv4Interface, IPv4Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxemu.aws import addresses, asn, auth_key, bfd, communities, quotas, timers, vlan
from dxemu.aws.addresses import why_not_public
from dxemu.units import Asn, Seconds, VlanId


def test_aws_bfd_notices_after_900_ms() -> None:
    assert bfd.detection_time(bfd.INTERVAL, bfd.INTERVAL, bfd.DETECT_MULT) == Seconds(0.9)


def test_the_slower_bfd_interval_and_the_multiplier_of_the_sender_count() -> None:
    assert bfd.detection_time(Seconds(0.3), Seconds(1), 5) == Seconds(5)
    assert bfd.detection_time(Seconds(1), Seconds(0.3), 3) == Seconds(3)


def test_the_customer_can_only_shorten_the_hold_time() -> None:
    assert timers.negotiated_hold_time(Seconds(30)) == Seconds(30)
    assert timers.negotiated_hold_time(Seconds(180)) == Seconds(90)


def test_communities_order_the_preference_and_none_counts_as_medium() -> None:
    low, medium, high = (communities.local_pref([c]) for c in ("7224:7100", "7224:7200", "7224:7300"))
    assert low < medium < high
    assert communities.local_pref([]) == communities.local_pref(["65000:1"]) == medium


def test_only_preference_communities_are_picked_out() -> None:
    assert communities.preference_communities(["65000:1", "7224:7100", "7224:8100"]) == ("7224:7100",)


@pytest.mark.parametrize(
    ("number", "private"),
    [
        (7224, False),
        (64511, False),
        (64512, True),
        (65534, True),
        (65535, False),
        (4_199_999_999, False),
        (4_200_000_000, True),
    ],
)
def test_private_asns(number: int, private: bool) -> None:
    assert asn.is_private(Asn(number)) is private


def test_amazon_takes_the_first_usable_address() -> None:
    assert addresses.peer_addresses(IPv4Network("169.254.7.0/30")) == (
        IPv4Interface("169.254.7.1/30"),
        IPv4Interface("169.254.7.2/30"),
    )


@pytest.mark.parametrize(("length", "valid"), [(5, False), (6, True), (80, True), (81, False)])
def test_length_of_an_auth_key(length: int, valid: bool) -> None:
    assert auth_key.length_is_valid("x" * length) is valid


def test_a_quota_says_what_happens_beyond_it() -> None:
    assert quotas.ROUTES_PRIVATE.check(100) is None
    assert "the BGP session goes Idle" in str(quotas.ROUTES_PRIVATE.check(101))


def test_no_vlan_is_left_on_a_full_connection() -> None:
    assert vlan.nearest_free(VlanId(101), {VlanId(n) for n in range(1, 4095)}) is None


@given(st.integers(1, 4094).map(VlanId), st.sets(st.integers(1, 4094).map(VlanId), max_size=50))
def test_the_nearest_free_vlan_is_free_and_nothing_nearer_is(wanted: VlanId, used: set[VlanId]) -> None:
    found = vlan.nearest_free(wanted, used)
    assert found is not None
    assert found not in used
    nearer = range(wanted - abs(found - wanted) + 1, wanted + abs(found - wanted))
    assert all(n in used or not 1 <= n <= 4094 for n in nearer)


@pytest.mark.parametrize(
    ("prefix", "why"),
    [
        ("2001:db8::/32", None),
        ("2000::/3", None),
        ("fd00::/8", "fd00::/8 is not global unicast (RFC 4291)"),
        ("::/0", "::/0 is not global unicast (RFC 4291)"),
        ("0.0.0.0/0", "0.0.0.0/0 is the default route"),
        ("10.1.0.0/16", "10.1.0.0/16 is private (RFC 1918)"),
        ("8.0.0.0/5", "8.0.0.0/5 holds 10.0.0.0/8, which is private (RFC 1918)"),
        ("198.51.100.0/24", None),
    ],
)
def test_who_can_own_a_prefix(prefix: str, why: str | None) -> None:
    """RFC 4291 section 2.4, RFC 1918; those for documentation stand for public ones."""
    assert why_not_public(ip_network(prefix)) == why
