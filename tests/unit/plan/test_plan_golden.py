"""The plans of the designs that come with dxemu, as `dxemu plan` prints them.

After a change of the plan that is meant, run `dxemu plan topologies/NAME.yaml > tests/unit/plan/golden/NAME.txt` and
read the file.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.report.plan import plan_to_json, render_plan
from dxemu.topology.load import load

HERE = Path(__file__).parent
TOPOLOGIES = HERE.parents[2] / "topologies"
VALID = HERE.parent / "topology" / "valid"
GOLDEN = sorted((HERE / "golden").glob("*.txt"))


def plan_of(name: str) -> Plan:
    places = [folder / f"{name}.yaml" for folder in (TOPOLOGIES, VALID)]
    return make_plan(load(next(path for path in places if path.exists())))


@pytest.mark.parametrize("golden", GOLDEN, ids=[path.stem for path in GOLDEN])
def test_plan_is_as_reviewed(golden: Path) -> None:
    assert render_plan(plan_of(golden.stem)) == golden.read_text(encoding="utf-8")


def test_connection_cables_run_from_the_router_to_the_device() -> None:
    plan = plan_of("backup_connection_by_circuit")
    cables = plan.cables_of_connection("primary")
    assert [cable.name for cable in cables] == ["metro_primary", "primary"]
    assert [cable.a.node for cable in cables] == ["customer_router", "carrier_primary"]
    assert [cable.b.node for cable in cables] == ["carrier_primary", "dx_1"]


def test_a_key_is_never_shown() -> None:
    plan = plan_of("backup_connection")
    text = json.dumps(plan_to_json(plan)) + render_plan(plan) + repr(plan)
    assert "rehearse" not in text


def test_json_says_whether_a_key_is_set_and_carries_units_in_its_keys() -> None:
    sessions = {s["name"]: s for s in json.loads(json.dumps(plan_to_json(plan_of("backup_connection"))))["sessions"]}
    assert sessions["primary"]["auth_key"] == "set"
    assert sessions["customer_router-metro-colo_router"]["auth_key"] is None
    assert [end["bfd"] for end in sessions["primary"]["ends"]] == [{"interval_s": 0.3, "detect_mult": 3}] * 2
    assert sessions["primary"]["hold_time_s"] == 90


def test_a_missing_key_is_made_up_and_stays_the_same() -> None:
    topology = load(TOPOLOGIES / "backup_connection.yaml")
    bare = replace(
        topology, virtual_interfaces=tuple(replace(vif, auth_key=None) for vif in topology.virtual_interfaces)
    )
    keys = [session.auth_key for session in make_plan(bare).sessions if session.virtual_interface]
    assert keys == [session.auth_key for session in make_plan(bare).sessions if session.virtual_interface]
    assert len(set(keys)) == len(keys)
    assert all(key is not None and len(key) == 32 and key.isalnum() for key in keys)


def test_a_name_that_two_nodes_have_is_said() -> None:
    topology = load(TOPOLOGIES / "backup_connection.yaml")
    gateways = topology.aws.virtual_private_gateways
    renamed = replace(topology.aws, virtual_private_gateways=(replace(gateways[0], name="app"),))
    vifs = tuple(replace(vif, gateway="app") for vif in topology.virtual_interfaces)
    with pytest.raises(ValueError, match="'app' is the name of a host and of a gateway"):
        make_plan(replace(topology, aws=renamed, virtual_interfaces=vifs))
