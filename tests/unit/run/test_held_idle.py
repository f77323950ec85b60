"""A session that AWS holds Idle beyond a quota costs until an operator clears it, not until the prefixes are gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.run.prepare import prepare

SCENARIO = Path(__file__).parents[3] / "scenarios" / "leak_too_many_prefixes.yaml"


@pytest.mark.parametrize("direction", ["to_aws", "from_aws"])
def test_the_leak_costs_until_it_is_cleared(direction: str) -> None:
    found = [p for p in prepare(SCENARIO).predictions if (p.fault, p.direction) == ("announce_prefixes", direction)]
    assert [(round(p.outage.low_s), round(p.outage.high_s)) for p in found] == [(30, 30)]
