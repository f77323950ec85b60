"""Sessions that are switched off at an end: planned, but nobody waits for them, and no route comes from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.audit.design import Design
from dxemu.control.converge import Settled, converge
from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.predict.impact import Impact
from dxemu.predict.notice import notices
from dxemu.report import plan_routing_rows
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from dxemu.units import Seconds

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


def backup_connection(side: str) -> Topology:
    return load(TOPOLOGIES / "backup_connection.yaml", {"virtual_interfaces": {"primary": {side: {"enabled": False}}}})


@pytest.mark.parametrize(("side", "who"), [("customer", "the customer"), ("amazon", "AWS")])
def test_a_virtual_interface_that_is_off_is_off(side: str, who: str) -> None:
    topology = backup_connection(side)
    plan = make_plan(topology)
    assert {s.name: s.in_service for s in plan.sessions if s.virtual_interface} == {"primary": False, "backup": True}
    for ribs in (converge(plan), Settled(plan).ribs):
        assert all(route.session != "primary" for rib in ribs.values() for route in rib.routes())
    assert f"session primary: switched off by {who}" in State(topology, plan).down
    primary = next(s for s in plan.sessions if s.name == "primary")
    assert f"switched off by {who}" in plan_routing_rows.session_head(primary)[-1]
    assert [way.name for way in Design(topology, plan).ways["vgw"]] == ["backup"]


def test_nobody_notices_that_a_session_fails_which_is_off() -> None:
    plan = make_plan(backup_connection("amazon"))
    cut = Impact(fault="cut", at=Seconds(1), until=None, cables=("primary",))
    assert list(notices(plan, cut, {"primary"})) == []


def test_a_tunnel_that_is_off_is_off() -> None:
    written = {"vpns": {"vpn": {"tunnels": {"2": {"amazon": {"enabled": False}}}}}}
    topology = load(TOPOLOGIES / "vpn_backup.yaml", written)
    plan = make_plan(topology)
    off = [s.name for s in plan.sessions if not s.in_service]
    assert off == ["vpn_tunnel_2"]
    assert topology.vpns[0].in_service
