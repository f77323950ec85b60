"""Tunnels that end at the address of one public virtual interface, and large ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.faults.base import Fault
from dxemu.faults.cable_silent import CableSilent
from dxemu.faults.vlan_pruned import VlanPruned
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.predict.impact import impact_of
from dxemu.predict.predict import Prediction, predict
from dxemu.run.prepare import prepare
from dxemu.topology.load import load
from dxemu.units import Seconds

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return prepare(REPOSITORY / "scenarios" / "cases" / "overlay_pinned_to_one_vif.yaml").plan


def cost(plan: Plan, fault: Fault) -> dict[str, Prediction]:
    impact = impact_of(plan, "fault", Seconds(5), None, fault.effects(plan))
    return {found.direction: found for found in predict(plan, [impact])}


def test_amazon_reaches_the_address_by_the_device_of_its_virtual_interface_alone(plan: Plan) -> None:
    ways = {str(r.destination): r.via for r in plan.static_routes if r.node == "amazon_us_east_1"}
    device = {a.address.ip: a.node for a in plan.addresses}
    assert [device[ways[f"{address}/32"]] for address in ("203.0.113.250", "203.0.113.254")] == ["dx_1", "dx_2"]
    assert {s.name: s.pinned_to for s in plan.sessions if s.tunnel} == {
        "vpn_tunnel_1": "public",
        "vpn_tunnel_2": "public",
        "other_tunnel_1": "second",
        "other_tunnel_2": "second",
    }


@pytest.mark.parametrize("fault", [CableSilent(connection="primary"), VlanPruned(virtual_interface="public")])
def test_what_amazon_sends_is_lost_until_the_tunnels_own_timer(plan: Plan, fault: Fault) -> None:
    found = cost(plan, fault)
    assert found["to_aws"].outage.high_s < 1
    assert found["from_aws"].detected_by == "hold_timer"
    assert (found["from_aws"].outage.low_s, found["from_aws"].outage.high_s) == (
        pytest.approx(30, abs=0.1),
        pytest.approx(41, abs=0.1),
    )


def test_a_tunnel_from_a_loopback_is_pinned_to_nothing() -> None:
    free = make_plan(load(REPOSITORY / "topologies" / "ipsec_over_public_vif.yaml"))
    assert {s.pinned_to for s in free.sessions} == {None}


@pytest.mark.parametrize(("size", "gbps"), [("standard", 1.25), ("large", 5)])
def test_a_large_tunnel_carries_four_times_as_much(size: str, gbps: float) -> None:
    change = {"vpns": {"vpn": {"tunnel_bandwidth": size, "routing": "bgp", "static_routes": None}}}
    made = make_plan(load(REPOSITORY / "topologies" / "vpn_backup_static.yaml", change))
    assert {tunnel.rate for tunnel in made.tunnels} == {gbps * 1e9}
    behind = [cable for cable in made.cables if {cable.a.node, cable.b.node} == {"vpn_endpoint_1", "tgw"}]
    assert min(cable.bandwidth for cable in behind) == gbps * 1e9
