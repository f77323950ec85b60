"""RFC 4724: what keeps routes, which of them are stale, and when they go."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dxemu.bgp.graceful_restart import Capability, StaleRoutes, keeps_routes, may_stay
from dxemu.units import IPNetwork, Seconds

A, B, C = (ip_network(f"10.{number}.0.0/16") for number in range(3))
BOTH = frozenset({4, 6})


@pytest.mark.parametrize(
    ("reason", "on", "until_bfd_down"),
    [
        ("peer_closed", True, True),
        ("restart", True, True),
        ("bfd", True, False),
        ("hold_timer", False, False),
        ("notification", False, False),
        ("notification_sent", False, False),
        ("carrier", False, False),
        ("lacp", False, False),
    ],
)
def test_which_loss_keeps_routes(reason: str, on: bool, until_bfd_down: bool) -> None:
    """RFC 4724 section 4, RFC 8538 section 1, RFC 5882 sections 4.3.1 and 4.3.2."""
    assert keeps_routes(reason) is on
    assert keeps_routes(reason, until_bfd_down=True) is until_bfd_down


@pytest.mark.parametrize(
    ("forwarding", "version", "stays"),
    [(BOTH, 4, True), (BOTH, 6, True), (frozenset({6}), 4, False), (frozenset(), 4, False), (None, 4, False)],
    ids=["F bit", "F bit of IPv6", "of the other version only", "no F bit", "no longer offered"],
)
def test_a_peer_that_comes_back_without_its_forwarding_state(
    forwarding: frozenset[int] | None, version: int, stays: bool
) -> None:
    capability = None
    if forwarding is not None:
        capability = Capability(restart_time=Seconds(120), restarted=True, versions=BOTH, forwarding=forwarding)
    assert may_stay(capability, version) is stays


def test_what_is_not_announced_anew_goes_at_end_of_rib() -> None:
    stale = StaleRoutes()
    assert stale.lost("a", [A, B, C]) == ()
    stale.heard("a", [A])
    assert stale.of("a") == {B, C}
    assert stale.over("a") == {B, C}
    assert not stale.waits("a")
    assert stale.over("a") == frozenset()


def test_what_was_stale_already_when_the_session_is_lost_again_goes_at_once() -> None:
    """RFC 4724 section 4.2: a route stays stale over one restart, not over two."""
    stale = StaleRoutes()
    stale.lost("a", [A, B])
    stale.heard("a", [A])
    assert stale.lost("a", [A, B]) == (B,)
    assert stale.of("a") == {A}


def test_sessions_do_not_mix() -> None:
    stale = StaleRoutes()
    stale.lost("a", [A])
    stale.heard("b", [A])
    assert (stale.of("a"), stale.of("b"), stale.waits("b")) == ({A}, frozenset(), False)


@given(st.lists(st.sets(st.sampled_from([A, B, C])), max_size=6), st.sets(st.sampled_from([A, B, C])))
def test_no_route_outlives_two_losses_without_being_heard(rounds: list[set[IPNetwork]], first: set[IPNetwork]) -> None:
    stale, known = StaleRoutes(), set(first)
    for heard in rounds:
        before = known - set(stale.of("a")) if stale.waits("a") else set(known)
        known -= set(stale.lost("a", sorted(known, key=str)))
        assert known == before
        stale.heard("a", heard)
        known |= heard
        assert set(stale.of("a")) <= known
