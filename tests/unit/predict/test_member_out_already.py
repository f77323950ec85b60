"""A LAG's member that one fault has taken out carries nothing that a second one on it could cost."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.run.prepare import prepare

STORY = """story: A second fault strikes a member that is out.
topology: lag
probes: {{app: {{udp: {{from: app, to: web, rate: 100/s, flows: 8}}}}}}
steps:
  - {{at: 10 s, fault: {{{first}: {{connection: member_1{more}}}}}, for: 30 s}}
  - {{at: 20 s, fault: {{cable_cut: {{connection: {second}}}}}, for: 10 s}}
expect:
  - {{outage: app, within_prediction: true}}
"""


def longest_s(folder: Path, **said: str) -> set[float]:
    file = folder / "twice.yaml"
    file.write_text(STORY.format(**said), encoding="utf-8")
    return {p.outage.high_s for p in prepare(file).predictions if p.fault == "cable_cut"}


@pytest.mark.parametrize(("first", "more"), [("cable_silent", ""), ("light_lost", ", at: colo_router")])
def test_the_second_fault_costs_nothing(first: str, more: str, tmp_path: Path) -> None:
    assert longest_s(tmp_path, first=first, more=more, second="member_1") == {0.0}


def test_the_other_member_is_all_that_is_left(tmp_path: Path) -> None:
    """Until one of the two is healed."""
    assert min(longest_s(tmp_path, first="cable_silent", more="", second="member_2")) > 5.0
