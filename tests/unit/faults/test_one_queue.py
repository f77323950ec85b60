"""A virtual interface has one queue: two faults that work with it cannot stand at once."""

from __future__ import annotations

from dataclasses import replace

from dxemu.faults.control_plane_slow import ControlPlaneSlow
from dxemu.faults.vlan_pruned import VlanPruned
from dxemu.plan.make import make_plan
from dxemu.plan.model import LimitKind, RateLimit
from dxemu.topology.load import load
from dxemu.units import BitsPerSecond, Seconds
from tests.unit.faults.test_bad_cables import ROOT

SLOW = ControlPlaneSlow(virtual_interface="primary", by=Seconds(0.5))


def test_two_faults_that_work_with_one_queue_clash():
    assert "one queue" in SLOW.clash(VlanPruned(virtual_interface="primary"))
    assert "one queue" in VlanPruned(virtual_interface="primary").clash(SLOW)
    assert "one queue" in SLOW.clash(ControlPlaneSlow(virtual_interface="primary", by=Seconds(1)))
    assert SLOW.clash(VlanPruned(virtual_interface="backup")) == ""
    assert VlanPruned(virtual_interface="primary").clash(VlanPruned(virtual_interface="primary")) == ""


def test_where_a_router_shapes_there_is_a_queue_already():
    plan = make_plan(load(ROOT / "topologies" / "backup_connection.yaml"))
    assert SLOW.mistake(plan) == ""
    end = plan.session("primary").ends[0]
    shaped = RateLimit(
        node=end.node, interface=end.interface, kind=LimitKind.SHAPE, rate=BitsPerSecond(10**8), burst=15_000
    )
    assert "a queue that is there already" in SLOW.mistake(replace(plan, limits=(shaped,)))
