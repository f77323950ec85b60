"""The failures and mistakes of `scenarios/cases`, each run whole: what is expected of it is what an engineer sees.

With DXEMU_ALL_CASES=1, as `scripts/verify-cases` sets it, those of `SELDOM` too, whose faults other tests strike with.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.lab.guest import REPOSITORY
from tests.lab.rehearsals import rehearsed

pytestmark = pytest.mark.lab

SELDOM = frozenset(
    {
        "bfd_too_aggressive",
        "degrading_optic",
        "dpd_differs",
        "dpd_without_an_answer",
        "lifetimes_differ",
        "med_is_ignored",
        "no_dpd_at_the_router",
        "port_179_filtered",
        "too_many_public_prefixes",
    }
)
ALL = frozenset(file.stem for file in (REPOSITORY / "scenarios" / "cases").glob("*.yaml"))
CASES = sorted(ALL if os.environ.get("DXEMU_ALL_CASES") else ALL - SELDOM)


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, tmp_path: Path) -> None:
    run = rehearsed(f"cases/{case}", tmp_path)
    assert [f"{e.text}: {e.measured}" for e in run.result.expectations if e.verdict != "pass"] == []
    reasons = {s.name: s.mismatch for s in run.plan.sessions if s.mismatch is not None}
    assert {e.session: e.symptom for e in run.result.never_up} == {name: m.symptom for name, m in reasons.items()}


def test_what_runs_seldom_is_there() -> None:
    assert SELDOM < ALL
