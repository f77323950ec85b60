"""What a path is called."""

from __future__ import annotations

from pathlib import Path

from dxemu.events.probes import PathFound
from dxemu.measure.paths import lag_of, path_at
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
