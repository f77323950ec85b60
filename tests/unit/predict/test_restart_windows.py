"""Graceful restart in predicted windows, each computed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.predict.impact import Impact
from dxemu.predict.predict import Prediction, explain_in_words, predict
from dxemu.topology.load import load
from dxemu.units import Seconds

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
BFD_LOW, BFD_HIGH = 0.6 - 0.0013, 0.9 + 0.0019


def plan_of(name: str, setting: str = "off", *, bfd: str = "300 ms x 3", vifs: tuple[str, ...]) -> Plan:
    words = {"graceful_restart": setting, "bfd": bfd}
    return make_plan(load(TOPOLOGIES / f"{name}.yaml", {"virtual_interfaces": dict.fromkeys(vifs, words)}))


def backup_connection(setting: str = "off", *, bfd: str = "300 ms x 3") -> Plan:
    return plan_of("backup_connection", setting, bfd=bfd, vifs=("primary", "backup"))


def both(plan: Plan, impact: Impact) -> dict[str, Prediction]:
    found = {p.direction: p for p in predict(plan, [impact])}
    assert found.keys() == {"to_aws", "from_aws"}
    return found


def silent(until: float | None = None) -> Impact:
    return Impact(
        fault="cable_silent", at=Seconds(5), until=None if until is None else Seconds(until), cables=("primary",)
    )


def restart(node: str, until: float | None) -> Impact:
    return Impact(
        fault="bgp_restart",
        at=Seconds(5),
        until=None if until is None else Seconds(until),
        cables=(),
        restarting=(node,),
    )


@pytest.mark.parametrize(("setting", "stale"), [("off", 0), ("on", 120), ("until_bfd_down", 0)])
def test_stale_routes_delay_the_failover_although_bfd_fired(setting: str, stale: float) -> None:
    """RFC 5882 section 4.3.2 (`on`) and 4.3.1 (`until_bfd_down`); 120 s: the peer's restart time."""
    for found in both(backup_connection(setting), silent()).values():
        assert found.detected_by == "bfd"
        assert (found.detect.low_s, found.detect.high_s) == pytest.approx((BFD_LOW, BFD_HIGH), abs=1e-3)
        assert found.outage.low_s == pytest.approx(stale + BFD_LOW, abs=1e-3)
        assert found.outage.high_s == pytest.approx(stale + BFD_HIGH, abs=0.02)


def test_a_hold_timer_that_expires_keeps_nothing() -> None:
    """It sends a NOTIFICATION, which RFC 4724 does not cover and RFC 8538 only with the N bit."""
    for found in both(backup_connection("on", bfd="off"), silent()).values():
        assert (found.detected_by, found.outage.low_s) == ("hold_timer", 60)
        assert found.outage.high_s < 92


def test_a_cut_that_heals_before_the_stale_routes_go_costs_what_it_lasts() -> None:
    for found in both(backup_connection("on"), silent(until=15)).values():
        assert (found.outage.low_s, found.outage.high_s) == pytest.approx((10, 10), abs=0.01)


@pytest.mark.parametrize("lasts", [20.0, 119.0])
def test_graceful_restart_hides_a_restart(lasts: float) -> None:
    for found in both(backup_connection("on"), restart("colo_router", 5 + lasts)).values():
        assert (found.outage.low_s, found.outage.high_s) == (0, 0)
        assert explain_in_words(found) == "graceful restart keeps the routes until the process is back"


def test_a_restart_that_takes_longer_than_the_restart_time_costs_the_rest() -> None:
    for found in both(backup_connection("on"), restart("colo_router", 5 + 150)).values():
        assert found.outage.low_s == pytest.approx(30, abs=0.02)
        assert 30 < found.outage.high_s < 32


def test_without_it_a_restart_costs_what_it_lasts_and_the_way_back() -> None:
    for found in both(backup_connection(), restart("colo_router", 25)).values():
        assert found.outage.low_s == pytest.approx(20, abs=0.02)
        assert 21 < found.outage.high_s < 21.5


def test_another_way_takes_over_as_soon_as_the_neighbour_hears_of_it() -> None:
    """The router itself drops its routes at once; its iBGP neighbour goes on sending for the circuit's 3 ms."""
    plan = plan_of("high_resiliency", vifs=("dc_1", "ny_1"))
    found = both(plan, restart("colo_dc", None))["to_aws"]
    assert found.outage.low_s == 0
    assert 0.003 <= found.outage.high_s <= 0.03


def test_who_does_not_use_the_restarting_router_misses_nothing() -> None:
    plan = plan_of("high_resiliency", vifs=("dc_1", "ny_1"))
    for found in both(plan, restart("colo_ny", None)).values():
        assert (found.outage.low_s, found.outage.high_s) == (0, 0)
        assert explain_in_words(found) == "this direction does not use what failed"


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("on", "graceful restart keeps the routes until the process is back"),
        ("off", "another way takes over before the routes are gone"),
    ],
)
def test_an_aws_device_that_restarts_beside_a_backup(setting: str, why: str) -> None:
    for found in both(backup_connection(setting), restart("dx_1", 25)).values():
        moving = setting == "off"  # packets under way may still come to the device, which has lost its routes
        assert found.outage.low_s == 0
        assert found.outage.high_s <= (0.06 if moving else 0)
        assert why in (term.name for term in found.outage.terms)
