"""What is not heard, or later, because another fault goes on."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from test_returns import TOPOLOGIES, predicted

GATEWAY, TRANSIT = TOPOLOGIES / "direct_connect_gateway.yaml", TOPOLOGIES / "transit_gateway.yaml"
TEST = "fault: {failover_test: {virtual_interface: dxgw, duration: 60 s}}"


def test_who_stands_still_is_not_told_that_the_other_end_has_closed_the_session(tmp_path: Path) -> None:
    """Its iBGP neighbor gives it up by the hold timer: what is lost then is the freeze's."""
    found = predicted(
        tmp_path,
        GATEWAY,
        "from: app, to: web_east",
        "at: 5.093 s, fault: {router_freeze: {router: colo_router}}",
        f"at: 6.69 s, {TEST}, for: 5.773 s",
    )
    frozen = found["router_freeze", "to_aws"]
    assert math.isinf(frozen.outage.low_s)
    assert (frozen.begins.low_s, frozen.begins.high_s) == pytest.approx((60, 91), abs=0.1)
    assert found["failover_test", "to_aws"].outage.high_s == 0


def test_who_hears_by_itself_hears_as_ever(tmp_path: Path) -> None:
    """The other router of the customer stands still: the one with the session is told at once."""
    found = predicted(
        tmp_path,
        GATEWAY,
        "from: app, to: web_east",
        "at: 5 s, fault: {router_freeze: {router: customer_router}}",
        f"at: 7 s, {TEST}, for: 20 s",
    )
    assert found["failover_test", "to_aws"].outage.low_s == pytest.approx(20, abs=0.02)


def test_a_notification_waits_for_what_keeps_bgp_silent(tmp_path: Path) -> None:
    """AWS closes the session, and only AWS knows, until an operator clears the customer's end: that costs 16.2 s."""
    found = predicted(
        tmp_path,
        TRANSIT,
        "from: app, to: web",
        "at: 5.674 s, fault: {bgp_silent: {virtual_interface: transit}}, for: 77.741 s",
        "at: 65.843 s, fault: {quota_lowered: {virtual_interface: transit, to: 0}}, for: 1.487 s",
    )
    to_aws, from_aws = found["quota_lowered", "to_aws"], found["quota_lowered", "from_aws"]
    assert to_aws.outage.high_s == 0
    assert from_aws.outage.contains(17.65)
    assert to_aws.recovery is not None
    assert from_aws.recovery is not None
    assert to_aws.recovery.outage.contains(16.17), "so much was measured"
    assert from_aws.recovery.outage.high_s == 0


def test_it_is_heard_once_that_is_over(tmp_path: Path) -> None:
    found = predicted(
        tmp_path,
        TRANSIT,
        "from: app, to: web",
        "at: 5 s, fault: {bgp_silent: {virtual_interface: transit}}, for: 20 s",
        "at: 10 s, fault: {quota_lowered: {virtual_interface: transit, to: 0}}, for: 60 s",
    )
    begins = found["quota_lowered", "to_aws"].begins
    assert begins.low_s == pytest.approx(15, abs=0.1)
    assert begins.high_s == pytest.approx(15 + 15 + 0.2, abs=0.1), "sent again each time after twice as long"
