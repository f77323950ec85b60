"""The failures and mistakes of `scenarios/cases`, each run whole: what is expected of it is what an engineer sees."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.guest import REPOSITORY
from tests.lab.rehearsals import rehearsed

pytestmark = pytest.mark.lab

CASES = sorted(file.stem for file in (REPOSITORY / "scenarios" / "cases").glob("*.yaml"))


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, tmp_path: Path) -> None:
    run = rehearsed(f"cases/{case}", tmp_path)
    assert [f"{e.text}: {e.measured}" for e in run.result.expectations if e.verdict != "pass"] == []
    reasons = {s.name: s.mismatch for s in run.plan.sessions if s.mismatch is not None}
    assert {e.session: e.symptom for e in run.result.never_up} == {name: m.symptom for name, m in reasons.items()}
