"""A matrix as it is told: a line for each run, the bounds of all, and JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from stories import bfd_story, expect, hold_timer_story

from dxemu.report.matrix import MatrixRow, matrix_json, row_line, summary
from dxemu.units import Seconds


def rows(tmp_path: Path) -> list[MatrixRow]:
    fast, slow = tmp_path / "fast", tmp_path / "slow"
    fast.mkdir()
    slow.mkdir()
    expected = expect("outage", "app", at_most=Seconds(1))
    one = MatrixRow(
        number=1,
        names=(("bfd", "on"), ("seed", "3")),
        seed=3,
        folder="1",
        verdict="pass",
        result=bfd_story(fast, expected),
    )
    other = hold_timer_story(slow, expected)
    return [
        one,
        replace(one, number=2, names=(("bfd", "off"), ("seed", "3")), folder="2", verdict=other.verdict, result=other),
        replace(one, number=3, folder="3", verdict="error", result=None, problem="the lab was killed"),
    ]


def test_a_line_says_what_came_out(tmp_path: Path) -> None:
    fast, slow, broken = (row_line(row, 3) for row in rows(tmp_path))
    assert fast.startswith("  1  PASS    bfd on, seed 3   app ")
    assert "line " in slow and "outage: app" in slow
    assert broken == "  3  ERROR   bfd on, seed 3   the lab was killed"


def test_the_summary_counts_and_bounds(tmp_path: Path) -> None:
    counted, *bounds = summary(rows(tmp_path))
    assert counted == "  1 pass, 1 fail, 1 error of 3"
    assert [line.split("longest outage")[0].strip() for line in bounds] == ["app to AWS", "app from AWS"]


def test_json_has_every_run(tmp_path: Path) -> None:
    found = json.loads(json.dumps(matrix_json("story", rows(tmp_path))))
    assert (found["schema"], found["scenario"], len(found["runs"])) == ("dxemu.matrix/1", "story", 3)
    assert found["runs"][0]["values"] == {"bfd": "on", "seed": "3"}
    assert (
        found["runs"][1]["longest_outage_ms"]["app"]["to_aws"] > found["runs"][0]["longest_outage_ms"]["app"]["to_aws"]
    )
    assert found["runs"][2]["longest_outage_ms"] == {}
