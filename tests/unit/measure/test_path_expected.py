"""`path:` of an expectation: the way has to lead over the connection, and to its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.events.probes import PathFound
from dxemu.plan.make import make_plan
from dxemu.story.expectations.base import Measured
from dxemu.story.expectations.path import PathExpected
from dxemu.topology.load import load

PLAN = make_plan(load(Path(__file__).parents[3] / "topologies" / "backup_connection.yaml"))
OVER_PRIMARY = ("app", "app", "customer_router", "metro", "colo_router", "primary", "dx_1")


def judged(via: str, direction: str | None, **complete: bool) -> bool:
    events = [
        PathFound(t=1.0, probe="app", direction=way, hops=OVER_PRIMARY, complete=whole)
        for way, whole in complete.items()
    ]
    measured = Measured(plan=PLAN, events=events, faults=(), outages=(), probes=(), stages=(), predicted=(), end_s=10.0)
    right, _ = PathExpected(name="app", via=via, at="end", direction=direction).judge(measured)
    return right


@pytest.mark.parametrize(
    ("via", "to_aws", "from_aws", "right"),
    [
        ("primary", True, True, True),
        ("backup", True, True, False),
        ("primary", False, True, False),
        ("primary", True, False, False),
        ("backup", False, False, False),
    ],
)
def test_a_way_that_ends_early_is_not_over_the_connection(via: str, to_aws: bool, from_aws: bool, right: bool) -> None:
    assert judged(via, None, to_aws=to_aws, from_aws=from_aws) is right
    assert judged(via, "to_aws", to_aws=to_aws, from_aws=False) is (right or (via == "primary" and to_aws))
