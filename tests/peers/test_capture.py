"""The outage that is reported is the one that a packet capture at the receiving host shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.guest import REPOSITORY
from tests.peers.capture import PROGRAMS, compare
from tests.peers.programs import need


@pytest.mark.peers
@pytest.mark.parametrize("scenario", ["cut_primary_silently", "cut_primary_silently_without_bfd"])
def test_outage_equals_the_captured_one_within_a_probe_interval(scenario: str, tmp_path: Path) -> None:
    for program in PROGRAMS:
        need(program, program)
    compared = compare(REPOSITORY / "scenarios" / f"{scenario}.yaml", tmp_path)
    assert [c.direction for c in compared] == ["to_aws", "from_aws"]
    for found in compared:
        assert found.captured_ms > 500, found
        assert found.difference_ms <= found.interval_ms, found
        assert found.captured_lost == found.reported_lost, found
