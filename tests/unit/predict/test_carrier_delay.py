"""Routers that wait for light: what a cut costs then, and what a shorter darkness does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_plan import small_plan

from dxemu.faults.blink import Blink
from dxemu.faults.effects import Worsened
from dxemu.plan.model import CarrierDelay, Plan, Port
from dxemu.predict.impact import Impact
from dxemu.predict.predict import Prediction, predict
from dxemu.units import Seconds

ROUTER = "colo_router"


def waiting(*, bfd: bool = False, name: str = "backup_connection", s: float = 2.0, up: float = 0.0) -> Plan:
    plan = small_plan(name=name) if bfd else small_plan(bfd=None, name=name)
    waits = CarrierDelay(down=Seconds(s), up=Seconds(up))
    bonds = tuple(replace(b, carrier_delay=waits) if b.node == ROUTER else b for b in plan.bonds)
    return replace(patient(plan, {ROUTER}, waits), bonds=bonds)


def patient(plan: Plan, nodes: set[str], waits: CarrierDelay) -> Plan:
    """All ports of these nodes wait."""

    def port(one: Port) -> Port:
        return replace(one, carrier_delay=waits) if one.node in nodes else one

    return replace(plan, cables=tuple(replace(c, a=port(c.a), b=port(c.b)) for c in plan.cables))


def cut(plan: Plan, lasts: float | None, cables: tuple[str, ...] = ("primary",)) -> dict[str, Prediction]:
    until = None if lasts is None else Seconds(20 + lasts)
    hit = Impact(fault="cut", at=Seconds(20), until=until, cables=cables, carrier_lost_at=(ROUTER, "dx_1"))
    return {found.direction: found for found in predict(plan, [hit])}


def test_a_cut_costs_the_delay_where_the_router_decides() -> None:
    found = cut(waiting(), None)
    assert (found["to_aws"].detected_by, found["to_aws"].node) == ("carrier", ROUTER)
    assert (found["to_aws"].outage.low_s, found["to_aws"].outage.high_s) == (pytest.approx(2), pytest.approx(2.02))
    assert found["from_aws"].outage.high_s < 0.1  # AWS's end acts at once
    assert "carrier delay 2 s" in found["to_aws"].outage.in_words()


def test_bfd_is_faster_than_a_long_delay() -> None:
    found = cut(waiting(bfd=True), None)["to_aws"]
    assert found.detected_by == "bfd"
    assert found.outage.high_s < 1


def test_a_delay_inside_bfds_window_may_come_first_or_second() -> None:
    found = cut(waiting(bfd=True, s=0.8), None)["to_aws"]
    assert (found.detect.low_s, found.detect.high_s) == (pytest.approx(0.5987, abs=1e-3), pytest.approx(0.81))


def test_light_that_is_back_in_time_moves_nothing_at_the_router() -> None:
    found = cut(waiting(), 1)["to_aws"]
    assert found.outage.low_s == pytest.approx(1)
    assert found.outage.high_s <= 3.01  # carrier and ARP come up
    assert found.detected_by == "notification"  # of AWS's end, which has closed the session


def test_without_power_nobody_waits() -> None:
    hit = Impact(fault="off", at=Seconds(20), until=None, cables=("primary",), carrier_lost_at=(ROUTER, "dx_1"))
    dead = replace(hit, powerless=(ROUTER,))
    (found, _) = predict(waiting(), [dead])
    assert found.detect.high_s < 0.1


@pytest.mark.parametrize(("delay", "latest"), [(0.45, 0.6), (0.5, 0.6)])
def test_a_member_of_a_lag_waits_in_whole_looks(delay: float, latest: float) -> None:
    found = cut(waiting(name="lag", s=delay), None, ("member_1",))["to_aws"]
    assert found.detect.low_s == pytest.approx(delay)
    assert found.detect.high_s == pytest.approx(latest)


def test_a_short_blink_is_predicted_where_all_wait_longer() -> None:
    blink = Blink(circuit="metro", dark=Seconds(0.3))
    plan = waiting()
    assert blink.effects(plan) == (Worsened("metro"),)
    routers = {node.name for node in plan.nodes if node.role == "router"}
    assert Worsened("metro") not in blink.effects(patient(plan, routers, CarrierDelay(down=Seconds(2))))


@pytest.mark.parametrize(("down", "lasts", "more"), [(0.0, 4.0, 7.0), (2.0, 4.0, 7.0), (5.0, 4.0, 0.0)])
def test_a_port_that_was_down_has_light_for_a_while_before_it_is_up(down: float, lasts: float, more: float) -> None:
    def back(up: float) -> float:
        found = cut(waiting(s=down, up=up), lasts)["to_aws"].recovery
        assert found is not None
        return found.session_back.low_s

    assert back(7.0) - back(0.0) == pytest.approx(more)


@pytest.mark.parametrize(("lasts", "detected_by"), [(1.0, "carrier"), (4.0, "lacp")])
def test_a_member_that_waits_for_light_goes_for_want_of_lacpdus(lasts: float, detected_by: str) -> None:
    """Its port waits for 5 s; 2 to 3.4 s after the last LACPDU its partner is gone all the same."""
    found = cut(waiting(name="lag", s=5.0), lasts, ("member_1",))["to_aws"]
    assert found.detected_by == detected_by
    assert found.outage.high_s == pytest.approx(min(lasts + 2, 3.41))
