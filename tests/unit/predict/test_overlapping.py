"""Outages that meet are one: of the fault with which loss begins, until both are over."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from test_returns import TOPOLOGIES, predicted

from dxemu.predict.predict import Prediction


def test_a_fault_that_strikes_before_sessions_are_back_goes_on_with_the_outage(tmp_path: Path) -> None:
    found = predicted(
        tmp_path,
        TOPOLOGIES / "many_vpcs.yaml",
        "from: app, to: web",
        "at: 5.955 s, fault: {location_down: {location: EqDC2}}, for: 1.132 s",
        "at: 7.425 s, fault: {cable_cut: {circuit: metro}}, for: 89.988 s",
    )
    for direction in ("to_aws", "from_aws"):
        first, second = found["location_down", direction].outage, found["cable_cut", direction].outage
        assert first.contains(1.2), "if all is back before"
        assert first.contains(92.99), "so much was measured"
        assert not first.contains(97)
        assert second.low_s == 0
        assert second.contains(91)


def test_an_outage_that_would_have_begun_later_costs_nothing(tmp_path: Path) -> None:
    """BGP's hold timer runs for another 60 s at least when the routing process of its router ends for good."""
    found = predicted(
        tmp_path,
        TOPOLOGIES / "private_vif.yaml",
        "from: app, to: web",
        "at: 5.8 s, fault: {bgp_silent: {virtual_interface: prod}}",
        "at: 7.2 s, fault: {bgp_restart: {router: colo_router}}",
    )
    for direction in ("to_aws", "from_aws"):
        assert found["bgp_silent", direction].outage.high_s == 0
        assert math.isinf(found["bgp_restart", direction].outage.low_s)


def test_outages_one_after_the_other_stay_what_they_are(tmp_path: Path) -> None:
    found = predicted(
        tmp_path,
        TOPOLOGIES / "private_vif.yaml",
        "from: app, to: web",
        "at: 5 s, fault: {cable_cut: {connection: primary}}, for: 2 s",
        "at: 30 s, fault: {cable_cut: {circuit: metro}}, for: 3 s",
    )
    for direction in ("to_aws", "from_aws"):
        assert found["cable_cut", direction].outage.high_s < 6
        assert found["cable_cut#2", direction].outage.low_s == pytest.approx(3, abs=0.01)


CUT = "fault: {cable_silent: {connection: %s}}"


def beside(folder: Path, backup: str) -> dict[tuple[str, str], Prediction]:
    """BFD moves packets to the backup 0.6 to 0.9 s after the primary's silence, which begins at 5 s."""
    primary = f"at: 5 s, {CUT % 'primary'}, for: 40 s"
    return predicted(folder, TOPOLOGIES / "backup_connection.yaml", "from: app, to: web", primary, backup)


def test_what_would_have_taken_over_may_be_gone_when_it_is_needed(tmp_path: Path) -> None:
    found = beside(tmp_path, f"at: 5.3 s, {CUT % 'backup'}, for: 15 s")
    for direction in ("to_aws", "from_aws"):
        assert found["cable_silent", direction].outage.contains(16.18), "so much was measured"
        assert found["cable_silent", direction].outage.low_s == pytest.approx(15.3, abs=0.01)
        assert found["cable_silent#2", direction].outage.high_s == 0


def test_or_nobody_knows_whether_it_was_needed_before(tmp_path: Path) -> None:
    outage = beside(tmp_path, f"at: 5.7 s, {CUT % 'backup'}, for: 15 s")["cable_silent", "to_aws"].outage
    assert outage.contains(0.65)
    assert outage.contains(16)
    never = beside(tmp_path, f"at: 5.7 s, {CUT % 'backup'}")["cable_silent", "to_aws"].outage
    assert never.contains(0.65)
    assert not never.contains(0.5)


def test_what_strikes_once_packets_have_moved_costs_by_itself(tmp_path: Path) -> None:
    found = beside(tmp_path, f"at: 7 s, {CUT % 'backup'}, for: 15 s")
    for direction in ("to_aws", "from_aws"):
        assert found["cable_silent", direction].outage.high_s < 1
        assert found["cable_silent#2", direction].outage.low_s == pytest.approx(15, abs=0.01)
