"""Where an outage began is said where it is known, and only there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_plan import small_plan
from stories import BACKUP, PRIMARY, bfd_story, expect, path

from dxemu.measure.result import FaultResult, Outage
from dxemu.story.broken_at import broken_at
from dxemu.units import Seconds

CUT = FaultResult(fault="cut", kind="cable_cut", target="primary", injected_at_s=5.0, healed_at_s=None, evidence="")
OUT = Outage(
    probe="app",
    direction="to_aws",
    fault="cut",
    after="fault",
    start_s=5.0,
    end_s=6.0,
    duration_ms=1000.0,
    uncertainty_ms=10.0,
    packets_lost=100,
)


def said(cut: FaultResult = CUT, outage: Outage = OUT, hops: list[str] = PRIMARY) -> str:
    return broken_at(small_plan(), path(0.0, hops), [cut], outage)


def test_a_cable_has_two_ends_and_a_node_is_one_hop() -> None:
    assert said() == "it broke at primary, between colo_router and dx_1 (hop 3)"
    assert (
        said(outage=replace(OUT, direction="from_aws")) == "it broke at primary, between dx_1 and colo_router (hop 3)"
    )
    assert said(replace(CUT, kind="node_down", target="dx_1")) == "it broke at dx_1 (hop 3)"


@pytest.mark.parametrize(
    "cut",
    [
        replace(CUT, target="backup"),
        replace(CUT, kind="bfd_silent"),
        replace(CUT, kind="location_down", target="dx_1"),
        replace(CUT, kind="somebody_elses"),
        replace(CUT, fault="another"),
    ],
)
def test_nothing_is_guessed(cut: FaultResult) -> None:
    assert said(cut) == ""


def test_nothing_is_said_after_a_heal_nor_of_another_way() -> None:
    assert said(outage=replace(OUT, after="heal")) == ""
    assert said(hops=BACKUP) == ""


def test_an_expectation_that_failed_says_it(tmp_path: Path) -> None:
    (found,) = bfd_story(tmp_path, expect("outage", "app", at_most=Seconds(0.1))).expectations
    assert found.measured.endswith(
        "; to AWS over at 5.683 s, it broke at primary, between colo_router and dx_1 (hop 3)"
    )
    (found,) = bfd_story(tmp_path, expect("outage", "app", at_most=Seconds(10))).expectations
    assert "it broke" not in found.measured
