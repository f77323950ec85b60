"""What is left after cables or sessions are lost, and which way is chosen."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.plan.converge import converge, gateway_rib
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.plan.paths import Direction, best_connection, paths, surviving
from dxemu.topology.load import load
from dxemu.topology.model import CustomerPolicy, Topology

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
BOTH: tuple[Direction, Direction] = ("to_aws", "from_aws")
HEAD = ("app", "app", "customer_router", "metro", "colo_router")


@pytest.fixture(scope="module")
def topology() -> Topology:
    return load(TOPOLOGIES / "backup_connection.yaml")


@pytest.fixture(scope="module")
def plan(topology: Topology) -> Plan:
    return make_plan(topology)


def with_policies(topology: Topology, **policies: CustomerPolicy) -> Plan:
    vifs = tuple(replace(vif, customer=policies[vif.name]) for vif in topology.virtual_interfaces)
    return make_plan(replace(topology, virtual_interfaces=vifs))


@pytest.mark.parametrize("direction", BOTH)
@pytest.mark.parametrize(
    ("down", "chosen"),
    [
        (set(), "primary"),
        ({"primary"}, "backup"),
        ({"backup"}, "primary"),
        ({"primary", "backup"}, None),
        ({"customer_router-colo_router"}, None),
    ],
    ids=str,
)
def test_best_connection_among_the_sessions_that_are_up(
    plan: Plan, direction: Direction, down: set[str], chosen: str | None
) -> None:
    assert best_connection(plan, frozenset(down), direction) == chosen


def test_directions_are_chosen_by_different_people(topology: Topology) -> None:
    plan = with_policies(
        topology,
        primary=CustomerPolicy(local_pref=200, communities=("7224:7100",)),
        backup=CustomerPolicy(local_pref=100, communities=("7224:7300",)),
    )
    assert [best_connection(plan, frozenset(), direction) for direction in BOTH] == ["primary", "backup"]


def test_equal_preference_falls_to_the_lower_router_id(topology: Topology) -> None:
    plan = with_policies(topology, primary=CustomerPolicy(), backup=CustomerPolicy())
    assert [best_connection(plan, frozenset(), direction) for direction in BOTH] == ["primary", "primary"]


def test_without_route_propagation_nothing_comes_back(topology: Topology) -> None:
    gateways = tuple(replace(g, route_propagation=False) for g in topology.aws.virtual_private_gateways)
    plan = make_plan(replace(topology, aws=replace(topology.aws, virtual_private_gateways=gateways)))
    assert [best_connection(plan, frozenset(), direction) for direction in BOTH] == ["primary", None]


def test_every_table_says_which_rule_chose(plan: Plan) -> None:
    ribs = converge(plan)
    rules = {(node, str(prefix)): choice.rule for node, rib in ribs.items() for prefix, choice in rib.best.items()}
    assert rules == {
        ("customer_router", "10.0.0.0/16"): "only path",
        ("customer_router", "172.31.0.0/16"): "only path",
        ("colo_router", "10.0.0.0/16"): "only path",
        ("colo_router", "172.31.0.0/16"): "higher local preference (200 over 100)",
        ("dx_1", "10.0.0.0/16"): "only path",
        ("dx_1", "172.31.0.0/16"): "only path",
        ("dx_2", "10.0.0.0/16"): "only path",
        ("dx_2", "172.31.0.0/16"): "only path",
    }
    (choice,) = gateway_rib(plan, plan.gateways[0], ribs).best.values()
    assert (choice.route.session, choice.rule) == ("dx_1", "higher local preference (300 over 100)")


def test_paths_name_nodes_and_cables_in_turn(plan: Plan) -> None:
    assert paths(plan, "app", "web") == (
        (*HEAD, "backup", "dx_2", "backbone_dx_2", "vgw", "web", "web"),
        (*HEAD, "primary", "dx_1", "backbone_dx_1", "vgw", "web", "web"),
    )
    assert paths(plan, "web", "app", {"backup"}) == (
        ("web", "web", "vgw", "backbone_dx_1", "dx_1", "primary", *reversed(HEAD)),
    )
    assert paths(plan, "app", "web", {"metro"}) == ()


def test_a_path_does_not_use_aws_as_transit(plan: Plan) -> None:
    assert paths(plan, "app", "colo_router", {"metro"}) == ()
    assert paths(plan, "dx_1", "dx_2", {"backbone_dx_1"}) == ()


def test_the_shorter_delay_comes_first() -> None:
    plan = make_plan(load(TOPOLOGIES / "backup_connection_by_circuit.yaml"))
    first, second = paths(plan, "app", "web")
    assert ("metro_primary" in first, "metro_backup" in second) == (True, True)


def test_an_unknown_node_is_a_key_error(plan: Plan) -> None:
    with pytest.raises(KeyError, match="nobody"):
        paths(plan, "app", "nobody")


@pytest.mark.parametrize(
    ("down", "left"),
    [
        (set(), ("primary", "backup")),
        ({"primary"}, ("backup",)),
        ({"backbone_dx_1"}, ("backup",)),
        ({"metro"}, ()),
        ({"app"}, ()),
    ],
    ids=str,
)
def test_surviving_ways_in_order_of_preference(plan: Plan, down: set[str], left: tuple[str, ...]) -> None:
    to_aws, from_aws = surviving(plan, down)
    assert (to_aws.direction, to_aws.from_node, to_aws.to_node) == ("to_aws", "app", "web")
    assert (from_aws.direction, from_aws.from_node, from_aws.to_node) == ("from_aws", "web", "app")
    assert to_aws.virtual_interfaces == from_aws.virtual_interfaces == left


def test_importing_the_plan_imports_no_heavy_library() -> None:
    modules = "dxemu.plan.make, dxemu.plan.paths, dxemu.plan.policy, dxemu.bgp.rib, dxemu.aws.communities"
    code = f"import sys, {modules}; print(*({{'networkx', 'pydantic', 'asyncio', 'ruamel.yaml'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
