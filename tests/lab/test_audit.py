"""The audit's predictions against real cuts: a sample of what `scripts/verify-audit` does for everything."""

from __future__ import annotations

import asyncio
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.host import where
from dxemu.predict.windows import Window
from tests.lab.guest import REPOSITORY
from tools.verify_audit import Check, checks_of, pairs_of, sampled, verify, verify_all

pytestmark = [pytest.mark.lab, pytest.mark.alone]

SAMPLE = 8
TOPOLOGIES = sorted((REPOSITORY / "topologies").glob("*.yaml"))


def every_check() -> list[Check]:
    return [check for file in TOPOLOGIES for check in checks_of(file)]


def test_lab_shows_what_the_audit_says(tmp_path: Path) -> None:
    chosen = sampled(every_check(), SAMPLE, seed=1)
    assert len({check.file for check in chosen}) == SAMPLE
    verdicts = asyncio.run(verify_all(chosen, tmp_path, seed=1, jobs=len(os.sched_getaffinity(0))))
    assert [verdict.line(0) for verdict in verdicts if not verdict.agrees] == []
    assert len(verdicts) == SAMPLE


def test_two_failures_at_one_moment_cost_what_the_audit_says(tmp_path: Path) -> None:
    """One that only a repair ends, and one that the design survives."""
    checks = pairs_of(REPOSITORY / "topologies" / "vpn_backup.yaml")
    fatal = [check for check in checks if math.isinf(check.outcome.outage.high_s)]
    survived = [check for check in checks if check not in fatal and check.outcome.outage.high_s > 0]
    verdicts = asyncio.run(verify_all([fatal[0], survived[0]], tmp_path, seed=1, jobs=1))
    assert [verdict.line(0) for verdict in verdicts if not verdict.agrees] == []


def test_two_failures_of_which_the_audit_lies_are_noticed(tmp_path: Path) -> None:
    checks = pairs_of(REPOSITORY / "topologies" / "backup_connection.yaml")
    one = replace(
        checks[0].outcome, predictions=tuple(replace(p, outage=Window()) for p in checks[0].outcome.predictions)
    )
    verdict = asyncio.run(verify(replace(checks[0], outcome=one), where.embedded("virtual"), tmp_path, seed=1))
    assert not verdict.agrees
    assert "does not end" in verdict.measured


def test_an_audit_that_is_wrong_is_noticed(tmp_path: Path) -> None:
    """The waiting connection's outcome, said of the primary one: that cut costs something after all."""
    checks = {check.text: check for check in checks_of(REPOSITORY / "topologies" / "backup_connection.yaml")}
    true, other = checks["connection primary falls silent"], checks["connection backup falls silent"]
    lie = replace(true, outcome=replace(true.outcome, predictions=other.outcome.predictions))
    verdict = asyncio.run(verify(lie, where.embedded("virtual"), tmp_path, seed=1))
    assert not verdict.agrees
    assert "the run predicts something else" in verdict.measured
