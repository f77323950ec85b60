"""Many runs of one scenario."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from stories import bfd_story

from dxemu.measure.repeated import clopper_pearson, nearest_rank, spreads
from dxemu.measure.result import Result
from dxemu.report.repeated import lines, to_json


@pytest.mark.parametrize(
    ("hits", "runs", "low", "high"),
    [
        (50, 50, 0.92887, 1.0),
        (100_000, 100_000, 0.99996, 1.0),
        (0, 50, 0.0, 0.07113),
        (1, 10, 0.00253, 0.44502),
        (10, 20, 0.27196, 0.72804),
    ],
)
def test_clopper_and_pearson(hits: int, runs: int, low: float, high: float) -> None:
    assert clopper_pearson(hits, runs) == pytest.approx((low, high), abs=2e-5)


def test_nearest_rank() -> None:
    assert nearest_rank([1.0, 2.0, 3.0, 4.0], 0.95) == 4
    assert nearest_rank(sorted(map(float, range(1, 101))), 0.95) == 95
    assert nearest_rank([7.0], 0.95) == 7


def many(folder: Path, lasted: list[float]) -> list[Result]:
    """Runs whose outages lasted so many milliseconds; those of inf have no end."""
    one = bfd_story(folder)
    return [
        replace(
            one,
            seed=seed,
            outages=tuple(
                replace(o, duration_ms=None if math.isinf(ms) else ms, end_s=None if math.isinf(ms) else o.end_s)
                for o in one.outages
            ),
        )
        for seed, ms in enumerate(lasted, start=1)
    ]


def test_spreads(tmp_path: Path) -> None:
    results = many(tmp_path, [600.0, 900.0, 700.0, 800.0, 1500.0])
    to_aws = next(iter(spreads(results)))
    assert (to_aws.fault, to_aws.direction, to_aws.runs) == ("cable_silent", "to_aws", 5)
    assert (to_aws.least_ms, to_aws.median_ms, to_aws.p95_ms, to_aws.worst_ms) == (600, 800, 1500, 1500)
    assert (to_aws.worst_seed, to_aws.inside) == (5, 4)
    assert sum(bar.count for bar in to_aws.bars) == 5
    text = "\n".join(lines(results))
    assert "4 of 5 inside, 28.4% to 99.5% of all runs are, at 95 %" in text
    assert "median 800 ms" in text
    assert "5 runs: 5 pass" in text


def test_bars_are_as_wide_as_each_other_from_the_least_to_the_most(tmp_path: Path) -> None:
    """The most is in the last one; all that is the same is in one alone."""
    lasted = [600.0, 900.0, 700.0, 800.0, 1500.0]
    bars = next(iter(spreads(many(tmp_path, lasted)))).bars
    width = (1500 - 600) / len(bars)
    assert [bar.low_ms for bar in bars] == pytest.approx([600 + width * n for n in range(len(bars))])
    for bar in bars:
        within = [ms for ms in lasted if bar.low_ms <= ms < bar.low_ms + width or (ms == 1500 and bar is bars[-1])]
        assert bar.count == len(within)
    (same,) = next(iter(spreads(many(tmp_path, [600.0, 600.0])))).bars
    assert (same.low_ms, same.count) == (600, 2)


def test_an_outage_without_an_end_is_the_worst(tmp_path: Path) -> None:
    results = many(tmp_path, [600.0, math.inf, 700.0])
    found = next(iter(spreads(results)))
    assert (found.median_ms, found.worst_ms, found.worst_seed, found.inside) == (700, math.inf, 2, 2)
    assert "worst no end (seed 2)" in "\n".join(lines(results))
    assert '"worst_ms": null' in json.dumps(to_json(results), allow_nan=False)


def test_runs_that_are_not_valid_do_not_count(tmp_path: Path) -> None:
    good, bad = many(tmp_path, [600.0, 5000.0])
    results = [good, replace(bad, verdict="invalid")]
    assert {spread.runs for spread in spreads(results)} == {1}
    assert "2 runs: 1 pass, 1 invalid" in "\n".join(lines(results))
    assert list(spreads([replace(bad, verdict="invalid")])) == []
