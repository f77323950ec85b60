"""A block of the file that says nothing changes nothing: defaults do not hang on whether it is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from dxemu.plan.make import make_plan
from dxemu.topology.load import load

TOPOLOGIES = sorted((Path(__file__).parents[3] / "topologies").glob("*.yaml"), key=lambda path: path.stem)
NOTHING: Mapping[str, object] = {}


@pytest.mark.parametrize("path", TOPOLOGIES, ids=lambda path: path.stem)
def test_a_block_without_a_word_changes_nothing(path: Path) -> None:
    topology = load(path)
    ends = {"customer": NOTHING, "amazon": NOTHING}
    patch = {
        "virtual_interfaces": {vif.name: ends for vif in topology.virtual_interfaces},
        "vpns": {vpn.name: {"customer": NOTHING, "tunnels": {"1": ends, "2": ends}} for vpn in topology.vpns},
        "lags": {lag.name: {"customer": NOTHING} for lag in topology.lags},
        "connections": {connection.name: NOTHING for connection in topology.connections},
        "customer": {
            "circuits": {circuit.name: NOTHING for circuit in topology.customer.circuits},
            "internet": {line.router: NOTHING for line in topology.customer.internet},
        },
    }
    written = {key: value for key, value in patch.items() if value}
    assert make_plan(load(path, written)) == make_plan(topology)
