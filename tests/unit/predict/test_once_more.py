"""Sessions that end once more after a heal, though they were back, or nobody had noticed anything before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_plan import small_plan
from test_returns import TOPOLOGIES
from test_returns import predicted as predicted_of
from test_unheard import predicted

from dxemu.faults.bgp_silent import BgpSilent
from dxemu.faults.cable_cut import CableCut
from dxemu.faults.cable_silent import CableSilent
from dxemu.predict.detect import bfd_timer, hold_timer
from dxemu.predict.once_more import last_chance_s


@pytest.mark.parametrize(("lasts", "at_most_s"), [(0.116, 1.2), (0.8, 1.2), (0.95, 0)])
def test_bfd_ends_a_session_that_is_back_if_one_end_began_bfd_anew(lasts, at_most_s):
    """The detection time of 0.9 s runs since before the cut, and BGP is back with the light."""
    for one in predicted(small_plan(name="private_vif"), CableCut(connection="primary"), lasts=lasts).values():
        assert one.recovery.outage.high_s == pytest.approx(at_most_s, abs=0.02)


@pytest.mark.parametrize(
    ("lasts", "at_most_s"),
    # the other end notices up to 0.413 s later and refuses until then; then a second between two tries, and 1.2 s
    [(0.37, 0), (0.5, 0.413 + 1 + 1.2)],
)
def test_bfd_ends_a_session_after_the_heal_if_the_next_packet_comes_too_late(lasts, at_most_s):
    """Packets 75 % of 300 ms apart: the third is sent 375 ms after the fault at the earliest, the next after 600."""
    for one in predicted(small_plan(name="private_vif"), CableSilent(connection="primary"), lasts=lasts).values():
        assert one.recovery.outage.high_s == pytest.approx(at_most_s, abs=0.02)


@pytest.mark.parametrize(("lasts", "ends"), [(50, False), (55, True), (59.9, True)])
def test_a_hold_timer_ends_a_session_if_its_keepalive_is_sent_again_too_late(lasts, ends):
    """It is sent again after 0.2, 0.6 ... 51 and 102 s; the timer runs out 60 s after it at the earliest."""
    for one in predicted(small_plan(name="private_vif"), BgpSilent(virtual_interface="prod"), lasts=lasts).values():
        assert (one.recovery.outage.high_s > 0) is ends


def test_the_last_chance_lies_before_the_earliest_notice():
    plan = small_plan(name="private_vif")
    session = next(session for session in plan.sessions if session.has_bfd)
    end = session.ends[0]
    found = bfd_timer(session, end)
    assert found is not None
    assert last_chance_s(plan, session, end, found) == pytest.approx(0.375)
    assert last_chance_s(plan, session, end, hold_timer(session, end)) == pytest.approx(51, abs=1)


@pytest.mark.parametrize(("lasts", "ends"), [(28.0, False), (34.9, True), (42.0, False)])
def test_dead_peer_detection_ends_a_tunnel_after_the_heal_if_it_has_asked_for_the_last_time(
    lasts: float, ends: bool, tmp_path: Path
) -> None:
    """It asks 10, 20 and 30 s after the last packet, and gives up after 40 s, each to a second."""
    found = predicted_of(
        tmp_path,
        TOPOLOGIES / "ipsec_over_transit_vif.yaml",
        "from: app, to: web",
        f"at: 10 s, fault: {{bgp_restart: {{router: customer_router}}}}, for: {lasts} s",
    )
    for direction in ("to_aws", "from_aws"):
        recovery = found["bgp_restart", direction].recovery
        assert recovery is not None
        assert recovery.outage.contains(0.012) is ends


def test_who_kept_its_power_gives_a_tunnels_session_up_when_the_other_one_is_back(tmp_path: Path) -> None:
    found = predicted_of(
        tmp_path,
        TOPOLOGIES / "ipsec_over_transit_vif.yaml",
        "from: app, to: web",
        "at: 10 s, fault: {node_down: {router: customer_router}}, for: 0.862 s",
    )
    recovery = found["node_down", "from_aws"].recovery
    assert recovery is not None
    assert recovery.outage.contains(0.968)
