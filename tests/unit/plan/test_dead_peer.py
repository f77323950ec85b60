"""When a tunnel's end gives its peer up."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from dxemu.plan.model import DeadPeerDetection, IpsecTunnel
from dxemu.plan.versions import DEBIAN_12, Versions
from dxemu.predict.dead_peer import (
    RETRANSMISSIONS,
    dead_peer_window,
    give_up_after,
    retransmit_interval,
    silence_before_probe,
)
from dxemu.units import Seconds
from tests.unit.daemons.tunnels import AWS, CUSTOMER, TUNNEL


def with_timeout(seconds: float) -> IpsecTunnel:
    return replace(TUNNEL, dpd_timeout=Seconds(seconds))


def test_with_aws_defaults_a_peer_is_dead_30_s_after_the_first_probe_and_40_s_after_the_last_packet() -> None:
    assert give_up_after([TUNNEL], CUSTOMER) == Seconds(30)
    assert silence_before_probe(TUNNEL.dpd_at(CUSTOMER), give_up_after([TUNNEL], CUSTOMER)) == Seconds(10)
    assert retransmit_interval([TUNNEL], CUSTOMER) == Seconds(10)
    assert dead_peer_window(TUNNEL.dpd_at(CUSTOMER), DEBIAN_12, Seconds(30)) == (39, 41)


def test_a_strongswan_that_counts_only_ike_may_have_had_its_last_answer_a_dpd_delay_before_the_last_packet() -> None:
    assert dead_peer_window(TUNNEL.dpd_at(CUSTOMER), Versions(strongswan="6.0.1"), Seconds(30)) == (30, 41)
    slow = with_timeout(55)
    assert dead_peer_window(
        slow.dpd_at(CUSTOMER), Versions(strongswan="6.0.1"), give_up_after([TUNNEL, slow], CUSTOMER)
    ) == (30, 56)


@pytest.mark.parametrize("timeouts", [(30,), (40, 40), (30, 55), (300, 31, 40)])
def test_every_tunnel_of_a_node_is_given_up_after_its_own_timeout(timeouts: tuple[float, ...]) -> None:
    tunnels = [with_timeout(seconds) for seconds in timeouts]
    for tunnel in tunnels:
        silence = silence_before_probe(tunnel.dpd_at(CUSTOMER), give_up_after(tunnels, CUSTOMER))
        packets_at = [
            silence + number * retransmit_interval(tunnels, CUSTOMER) for number in range(RETRANSMISSIONS + 1)
        ]
        assert silence >= tunnel.dpd_delay
        assert packets_at[-1] + retransmit_interval(tunnels, CUSTOMER) == pytest.approx(tunnel.dpd_timeout)
        earliest, latest = dead_peer_window(tunnel.dpd_at(CUSTOMER), DEBIAN_12, give_up_after(tunnels, CUSTOMER))
        assert earliest < tunnel.dpd_timeout < latest


def own(*, timeout: float, delay: float = 5, asks: bool = True) -> IpsecTunnel:
    """The customer's end has a detection of its own."""
    dpd = DeadPeerDetection(delay=Seconds(delay), timeout=Seconds(timeout), asks=asks)
    return replace(TUNNEL, ends=(replace(TUNNEL.ends[0], dpd=dpd), TUNNEL.ends[1]))


def test_each_end_has_its_own_detection() -> None:
    quick = own(timeout=20)
    assert [give_up_after([quick], node) for node in (CUSTOMER, AWS)] == [Seconds(15), Seconds(30)]
    windows = [dead_peer_window(quick.dpd_at(n), DEBIAN_12, give_up_after([quick], n)) for n in (CUSTOMER, AWS)]
    assert windows == [(19, 21), (39, 41)]


def test_an_end_that_never_asks_gives_nobody_up_and_sets_no_pace() -> None:
    silent = own(timeout=10, asks=False)
    assert dead_peer_window(silent.dpd_at(CUSTOMER), DEBIAN_12, Seconds(30)) == (math.inf, math.inf)
    assert give_up_after([silent, TUNNEL], CUSTOMER) == give_up_after([TUNNEL], CUSTOMER)
