"""When a tunnel's end gives its peer up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dxemu.plan.model import IpsecTunnel
from dxemu.plan.versions import DEBIAN_12, Versions
from dxemu.predict.dead_peer import (
    RETRANSMISSIONS,
    dead_peer_window,
    give_up_after,
    retransmit_interval,
    silence_before_probe,
)
from dxemu.units import Seconds
from tests.unit.daemons.tunnels import TUNNEL


def with_timeout(seconds: float) -> IpsecTunnel:
    return replace(TUNNEL, dpd_timeout=Seconds(seconds))


def test_with_aws_defaults_a_peer_is_dead_30_s_after_the_first_probe_and_40_s_after_the_last_packet() -> None:
    assert give_up_after([TUNNEL]) == Seconds(30)
    assert silence_before_probe(TUNNEL, give_up_after([TUNNEL])) == Seconds(10)
    assert retransmit_interval([TUNNEL]) == Seconds(10)
    assert dead_peer_window(TUNNEL, DEBIAN_12, Seconds(30)) == (39, 41)


def test_a_strongswan_that_counts_only_ike_may_have_had_its_last_answer_a_dpd_delay_before_the_last_packet() -> None:
    assert dead_peer_window(TUNNEL, Versions(strongswan="6.0.1"), Seconds(30)) == (30, 41)
    slow = with_timeout(55)
    assert dead_peer_window(slow, Versions(strongswan="6.0.1"), give_up_after([TUNNEL, slow])) == (30, 56)


@pytest.mark.parametrize("timeouts", [(30,), (40, 40), (30, 55), (300, 31, 40)])
def test_every_tunnel_of_a_node_is_given_up_after_its_own_timeout(timeouts: tuple[float, ...]) -> None:
    tunnels = [with_timeout(seconds) for seconds in timeouts]
    for tunnel in tunnels:
        silence = silence_before_probe(tunnel, give_up_after(tunnels))
        packets_at = [silence + number * retransmit_interval(tunnels) for number in range(RETRANSMISSIONS + 1)]
        assert silence >= tunnel.dpd_delay
        assert packets_at[-1] + retransmit_interval(tunnels) == pytest.approx(tunnel.dpd_timeout)
        earliest, latest = dead_peer_window(tunnel, DEBIAN_12, give_up_after(tunnels))
        assert earliest < tunnel.dpd_timeout < latest
