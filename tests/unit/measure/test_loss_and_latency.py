"""The part of packets that was lost, and how long the others were on their way."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest
from small_plan import small_plan
from stories import PRIMARY, bfd_story, expect, path

from dxemu.events.timeline import ProbeLog
from dxemu.measure.outages import reception
from dxemu.measure.result import FaultResult
from dxemu.story.broken_at import slow_at
from dxemu.story.expectations.latency import SHARES
from dxemu.units import Seconds


@pytest.mark.parametrize(
    ("subject", "expected", "verdict"),
    [
        ("loss", {"at_most": 1.0}, "fail"),
        ("loss", {"at_most": 50.0, "at_least": 0.1}, "pass"),
        ("loss", {"at_least": 50.0}, "fail"),
        ("latency", {"at_most": Seconds(0.005)}, "pass"),
        ("latency", {"at_most": Seconds(0.005), "share": "99 %"}, "pass"),
        ("latency", {"at_most": Seconds(0.003), "share": "50 %"}, "fail"),
        ("latency", {"at_least": Seconds(0.003), "share": "50 %"}, "pass"),
    ],
)
def test_of_a_run(tmp_path: Path, subject: str, expected: dict[str, object], verdict: str) -> None:
    (found,) = bfd_story(tmp_path, expect(subject, "app", **expected)).expectations
    assert found.verdict == verdict, found.measured


def test_shares_are_of_the_packets_that_arrived() -> None:
    sent = array("q", [number * 1000 for number in range(2000)])
    received = array("q", [value for n in range(1000) for value in (n, sent[n] + n + 1)])
    assert [round(delay * 1e9) for delay in reception(ProbeLog(sent, received)).delays_s] == [500, 900, 990, 999]
    assert reception(ProbeLog(sent, array("q"))).delays_s == ()
    assert len(SHARES) == 5


@pytest.mark.parametrize(
    ("subject", "limit"),
    [("loss", {"at_most": 1.0}), ("lost", {"at_most": 0}), ("latency", {"at_most": Seconds(0.003)})],
)
def test_what_failed_says_where_it_first_broke(tmp_path: Path, subject: str, limit: dict[str, object]) -> None:
    (found,) = bfd_story(tmp_path, expect(subject, "app", **limit)).expectations
    if subject == "latency":
        assert "; the slowest left at 0.000 s" in found.measured
        assert "it broke" not in found.measured, "nothing was broken then"
    else:
        assert "; to AWS it broke at primary, between colo_router and dx_1 (hop 3)" in found.measured


def test_what_is_slow_is_so_by_the_latest_fault_that_stood_then_and_lies_on_its_way() -> None:
    faults = [cut("far", "backup", 1.0), cut("old", "metro", 2.0), cut("new", "primary", 3.0, healed=5.0)]
    events, way = path(0.0, PRIMARY), ("app", "to_aws")
    said = {at: slow_at(small_plan(), events, faults, way, at) for at in (1.5, 2.5, 4.0, 6.0)}
    on_metro = "it broke at metro, between customer_router and colo_router (hop 2)"
    on_primary = "it broke at primary, between colo_router and dx_1 (hop 3)"
    assert said == {1.5: "", 2.5: on_metro, 4.0: on_primary, 6.0: on_metro}


def cut(name: str, target: str, at: float, healed: float | None = None) -> FaultResult:
    about = {"kind": "delay", "target": target, "injected_at_s": at, "healed_at_s": healed, "evidence": ""}
    return FaultResult(fault=name, **about)  # type: ignore[arg-type]
