"""BFD, timers and costs of the circuits between the customer's own routers."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.audit.menu import make_audit
from dxemu.explain.path import explain_path
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
EQUAL = {name: {"customer": {"local_pref": 100}} for name in ("dc_1", "ny_1")}


def circuits(**keys: object) -> dict[str, object]:
    return {"customer": {"circuits": keys}}


@pytest.mark.parametrize(("dc", "ny", "way"), [(10, 20, "dc_1"), (20, 10, "ny_1"), (0, 10, "dc_1"), (10, 0, "ny_1")])
def test_the_nearest_exit(dc: int, ny: int, way: str) -> None:
    change = {"virtual_interfaces": EQUAL, **circuits(metro_dc={"cost": dc}, metro_ny={"cost": ny})}
    topology = load(TOPOLOGIES / "high_resiliency.yaml", change)
    found = explain_path(State(topology, make_plan(topology)), "app", "web")
    assert found.directions[0].over == (way,)
    (reason,) = [hop.reason for hop in found.directions[0].hops if hop.node == "customer_router"]
    assert reason is not None and reason.rule.startswith("lower IGP cost to the next hop")


def test_preference_comes_before_cost() -> None:
    topology = load(TOPOLOGIES / "high_resiliency.yaml", circuits(metro_dc={"cost": 500}, metro_ny={"cost": 1}))
    found = explain_path(State(topology, make_plan(topology)), "app", "web")
    assert found.directions[0].over == ("dc_1",)


def slow(change: dict[str, object]) -> list[tuple[str, float]]:
    topology = load(TOPOLOGIES / "high_resiliency.yaml", change)
    found = make_audit(topology, make_plan(topology)).found
    slowly = [one.finding for one in found if one.code == "DX-A015" and "metro_dc" in one.finding.names]
    return [(one.problem, round(one.outage.high_s)) for one in slowly if one.outage is not None]


def test_the_remedy_of_a_slow_circuit_is_one() -> None:
    """DX-A015 advises BFD between the customer's routers."""
    assert [seconds for _, seconds in slow({})] == [91]
    assert slow(circuits(metro_dc={"bfd": "300 ms x 3"})) == []
    assert [seconds for _, seconds in slow(circuits(metro_dc={"hold_time": "30 s"}))] == [31]
