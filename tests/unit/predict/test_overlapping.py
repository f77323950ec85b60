"""Outages that meet are one: of the fault with which loss begins, until both are over."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from test_returns import TOPOLOGIES, predicted


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
