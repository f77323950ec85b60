"""What a port of 400 Gbps carries can be measured: nothing on the way from host to instance is slower."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.plan.make import make_plan
from dxemu.topology.load import loads

TOPOLOGY = (Path(__file__).resolve().parents[3] / "topologies" / "private_vif.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("bandwidth", ["1 Gbps", "10 Gbps", "100 Gbps", "400 Gbps"])
def test_a_connection_is_the_slowest_cable(bandwidth: str) -> None:
    change = {
        "customer": {"circuits": {"metro": {"bandwidth": bandwidth}}},
        "connections": {"primary": {"bandwidth": bandwidth}},
    }
    plan = make_plan(loads(TOPOLOGY, overrides=change))
    (port,) = (cable for cable in plan.cables if cable.name == "primary")
    assert str(port.bandwidth) == bandwidth
    assert min(cable.bandwidth for cable in plan.cables) == port.bandwidth
