"""What a path is called."""

from __future__ import annotations

from pathlib import Path

from dxemu.events.probes import PathFound
from dxemu.events.steps import FaultHealed, FaultInjected
from dxemu.measure.paths import before, lag_of, path_at, paths
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

PLAN = make_plan(load(Path(__file__).resolve().parents[3] / "topologies" / "lag.yaml"))


def test_a_lag_is_named_and_not_one_of_its_members() -> None:
    hops = ("app", "app", "customer_router", "metro", "colo_router", "member_1", "dx_1")
    event = PathFound(t=1.0, probe="app", direction="to_aws", hops=hops, complete=True)
    seen = path_at(PLAN, [event], "app", "to_aws", 2.0)
    assert seen is not None
    assert seen.text == "app > customer_router > colo_router =bundle=> dx_1"
    assert seen.connections == ("member_1",)


def test_what_is_in_no_lag() -> None:
    assert lag_of(PLAN, "member_2") == "bundle"
    assert lag_of(PLAN, "metro") is None


def path_told(t: float, *hops: str) -> PathFound:
    return PathFound(t=t, probe="app", direction="to_aws", hops=hops, complete=True)


def test_what_changes_at_the_moment_of_a_fault_was_changed_by_it() -> None:
    cut = {"fault": "cable_cut", "kind": "cable_cut", "target": "primary", "evidence": "no carrier"}
    fault = FaultInjected(t=5.0, injected_at_s=5.0, **cut)
    heal = FaultHealed(t=9.0, healed_at_s=9.0, **cut)
    told = [path_told(0.0, "a"), path_told(5.0, "b"), fault, path_told(9.0, "c"), heal]
    seen = {path.when: path.hops for path in paths(PLAN, told, [("app", "to_aws")])}
    assert seen == {"before": ("a",), "during": ("b",), "after": ("c",)}


def test_a_fault_at_the_start_of_a_run_leaves_the_first_path_before_it() -> None:
    told = [path_told(0.0, "a"), path_told(0.0, "b")]
    assert [path.hops for path in before(told, 0.0)] == [("a",)]
