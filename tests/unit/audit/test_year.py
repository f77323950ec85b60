"""What a year may cost follows from the rates that somebody gave, and from nothing else."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from dxemu.audit.menu import Audit, make_audit
from dxemu.audit.year import NoRate, rate, year
from dxemu.plan.make import make_plan
from dxemu.report import year as report
from dxemu.topology.load import load
from dxemu.units import Seconds

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


@pytest.fixture(scope="module")
def audit() -> Audit:
    design = load(TOPOLOGIES / "backup_connection.yaml")
    return make_audit(design, make_plan(design))


def test_how_a_rate_is_written() -> None:
    one = rate("cable_cut:primary=0.5,4h")
    assert (one.fault, one.name, one.times, one.repair) == ("cable_cut", "primary", 0.5, Seconds(4 * 3600))
    assert rate("node_down=2").repair is None


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("cable_cutt=1", "Did you mean 'cable_cut'"),
        ("cable_cut", "is no rate"),
        ("cable_cut=often", "is no rate"),
        ("cable_cut=1,long", "is no rate"),
        ("cable_cut=-1", "cannot be"),
        ("cable_cut=nan", "cannot be"),
        ("cable_cut=inf", "cannot be"),
    ],
)
def test_what_is_no_rate(written: str, says: str) -> None:
    with pytest.raises(NoRate, match=says):
        rate(written)


def test_a_name_that_nothing_has(audit: Audit) -> None:
    with pytest.raises(NoRate, match="Did you mean 'primary'"):
        year(audit.outcomes, [rate("cable_silent:primry=1")])


def test_a_year_is_rates_times_predictions(audit: Audit) -> None:
    (silent,) = [
        o for o in audit.outcomes if (o.failures[0].mode.fault, o.failures[0].name) == ("cable_silent", "primary")
    ]
    found = year(audit.outcomes, [rate("cable_silent:primary=3")])
    (cost,) = found.costs
    assert cost.low_s == pytest.approx(3 * silent.outage.low_s)
    assert cost.high_s >= 3 * silent.outage.high_s
    assert (found.low_s, found.high_s) == (cost.low_s, cost.high_s)
    assert "connection primary falls silent" not in found.unrated
    assert found.unrated


def test_the_rate_of_one_goes_before_that_of_all(audit: Audit) -> None:
    found = year(audit.outcomes, [rate("cable_silent:primary=3"), rate("cable_silent=1")])
    times = {cost.text: cost.times for cost in found.costs}
    assert times["connection primary falls silent"] == 3


def test_until_repair_needs_its_time(audit: Audit) -> None:
    fatal = next(o for o in audit.outcomes if math.isinf(o.outage.high_s)).failures[0]
    what = f"{fatal.mode.fault}:{fatal.name}"
    unknown = year(audit.outcomes, [rate(f"{what}=2")])
    assert (unknown.high_s, unknown.availability_percent) == (math.inf, None)
    assert "say how long that takes" in "\n".join(report.lines(unknown))
    known = year(audit.outcomes, [rate(f"{what}=2,4h")])
    assert known.low_s == 2 * 4 * 3600
    assert known.availability_percent == pytest.approx(100 * (1 - known.high_s / (365 * 86400)))
    assert "99.90" in "\n".join(report.lines(known)) or "99.91" in "\n".join(report.lines(known))
    assert report.to_json(unknown)["outage_s"] == [0.0, None]
