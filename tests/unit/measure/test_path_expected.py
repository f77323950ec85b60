"""`path:` of an expectation: the way has to lead over the connection, and to its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.events.probes import PathFound
from dxemu.measure.result import FaultResult
from dxemu.plan.make import make_plan
from dxemu.story.expectations.base import Measured
from dxemu.story.expectations.path import PathExpected
from dxemu.topology.load import load
from dxemu.units import Seconds

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


OVER_BACKUP = ("app", "app", "customer_router", "metro", "colo_router", "backup", "dx_2")


def over_time(**expected: object) -> tuple[bool, str]:
    """Over primary from the start on, over backup from 5.853 s to 9 s."""
    ways = ((0.0, OVER_PRIMARY), (5.853, OVER_BACKUP), (9.0, OVER_PRIMARY))
    events = [PathFound(t=t, probe="app", direction="to_aws", hops=hops, complete=True) for t, hops in ways]
    fault = FaultResult(
        fault="cable_cut", kind="cable_cut", target="primary", injected_at_s=5.0, healed_at_s=None, evidence=""
    )
    measured = Measured(
        plan=PLAN, events=events, faults=(fault,), outages=(), probes=(), stages=(), predicted=(), end_s=10.0
    )
    return PathExpected(name="app", direction="to_aws", **expected).judge(measured)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expected", "right", "words"),
    [
        ({"via": "backup", "within": Seconds(1)}, True, "to AWS: over backup 853 ms after the fault"),
        ({"via": "backup", "within": Seconds(0.5)}, False, "to AWS: over backup 853 ms after the fault"),
        ({"via": "other", "within": Seconds(1)}, False, "to AWS: never over other after the fault"),
        ({"stays": "primary"}, False, "to AWS: at 5.853 s it left at colo_router: app > "),
        ({"never": "backup"}, False, "to AWS: at 5.853 s it left at colo_router: app > "),
        ({"never": "other"}, True, "to AWS: never over other"),
        ({"via": "backup", "within": Seconds(1), "after": "heal"}, False, "there was no heal to count from"),
    ],
)
def test_a_path_over_time(expected: dict[str, object], right: bool, words: str) -> None:
    found, said = over_time(**expected)
    assert (found, said.startswith(words)) == (right, True), said


def test_what_contradicts_itself() -> None:
    wrong = {
        "'path' needs at or within": PathExpected(name="app", via="backup"),
        "'path' says at and within at once": PathExpected(name="app", via="backup", at="end", within=Seconds(1)),
        "'stays' is about the whole run: it has no at": PathExpected(name="app", stays="backup", at="end"),
        "'after' goes with within": PathExpected(name="app", via="backup", at="end", after="fault"),
    }
    for problem, expected in wrong.items():
        said = [key for key in ("via", "stays") if getattr(expected, key) is not None]
        assert [one.problem for one in expected.contradictions(said)] == [problem]
