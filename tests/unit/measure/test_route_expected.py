"""Whether a node has a route, and where it leads: over time, at a moment, within a time after the fault."""

from __future__ import annotations

from pathlib import Path

import pytest
from stories import fault, healed

from dxemu.events.base import Event
from dxemu.measure import routes
from dxemu.measure.result import FaultResult
from dxemu.parameters import parameters_of
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.story.expectations.base import Measured
from dxemu.story.expectations.route import RouteExpected
from dxemu.topology.load import load
from dxemu.units import Seconds
from tests.unit.events.filled import filled

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
PREFIX = "172.31.0.0/16"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(load(TOPOLOGIES / "backup_connection.yaml"))


def table(at: float, via: str | None, interface: str) -> Event:
    about = {"event": "route", "node": "colo_router", "prefix": PREFIX}
    return filled({"t": at, **about, "via": via, "interface": interface})


STORY = [
    table(-4.0, "169.254.0.1", "primary.101"),
    fault(5.0),
    table(5.8, "169.254.0.5", "backup.102"),
    healed(15.0),
    table(15.9, None, "backup.102"),
    table(16.0, "169.254.0.1", "primary.101"),
]
ONCE = FaultResult(
    fault="cable_silent", kind="cable_silent", target="primary", injected_at_s=5.0, healed_at_s=15.0, evidence=""
)


def judged(plan: Plan, events: list[Event], **said: object) -> tuple[bool, str]:
    known = {p.key: p.attribute for p in parameters_of(RouteExpected)}
    expected = RouteExpected(name="colo_router", prefix=PREFIX, **{known[key]: value for key, value in said.items()})
    nothing: dict[str, tuple[()]] = {key: () for key in ("outages", "probes", "stages", "predicted")}
    return expected.judge(Measured(plan=plan, events=events, faults=[ONCE], end_s=20.0, **nothing))


@pytest.mark.parametrize(
    ("said", "passed"),
    [
        ({"via": "primary", "at": "start"}, True),
        ({"via": "primary", "at": "end"}, True),
        ({"via": "backup", "at": Seconds(10)}, True),
        ({"via": "primary", "at": Seconds(10)}, False),
        ({"is": "absent", "at": Seconds(15.95)}, True),
        ({"is": "present", "at": Seconds(15.95)}, False),
        ({"via": "backup", "within": Seconds(0.8)}, True),
        ({"via": "backup", "within": Seconds(0.7)}, False),
        ({"via": "primary", "within": Seconds(1), "after": "heal"}, True),
        ({"is": "absent", "within": Seconds(0.5), "after": "heal"}, False),
        ({"stays": "present"}, False),
        ({"never": "absent"}, False),
    ],
)
def test_a_route_that_moves(plan: Plan, said: dict[str, object], passed: bool) -> None:
    assert judged(plan, STORY, **said)[0] is passed


def test_words_say_where_it_leads_and_since_when(plan: Plan) -> None:
    assert judged(plan, STORY, via="backup", within=Seconds(1))[1] == (
        "the route of colo_router to 172.31.0.0/16 leads over backup since 5.800 s, 800 ms after the fault"
    )
    assert judged(plan, STORY, stays="present")[1] == "colo_router has had no route to 172.31.0.0/16 since 15.900 s"


@pytest.mark.parametrize(("said", "passed"), [("present", False), ("absent", True)])
def test_a_route_that_never_was(plan: Plan, said: str, passed: bool) -> None:
    assert judged(plan, [], stays=said) == (passed, judged(plan, [], stays=said)[1])
    assert judged(plan, [], **{"is": said, "at": "end"}) == (
        passed,
        "colo_router never had a route to 172.31.0.0/16",
    )


def test_a_route_that_stays(plan: Plan) -> None:
    assert judged(plan, STORY[:2], stays="present") == (
        True,
        "the route of colo_router to 172.31.0.0/16 leads over primary from the start: so all the time",
    )
    assert judged(plan, STORY[:2], never="present")[0] is False


def test_a_lag_and_a_tunnel_are_what_an_interface_leads_into() -> None:
    lag = make_plan(load(TOPOLOGIES / "lag.yaml"))
    bond = lag.bonds[0]
    vlan = next(v for v in lag.vlans if (v.node, v.parent) == (bond.node, bond.name))
    assert bond.lag in routes.over(lag, bond.node, vlan.name)
    vpn = make_plan(load(TOPOLOGIES / "vpn_backup.yaml"))
    end = vpn.tunnels[0].ends[0]
    assert vpn.tunnels[0].name in routes.over(vpn, end.node, end.interface)
    assert routes.over(vpn, end.node, None) == frozenset()
