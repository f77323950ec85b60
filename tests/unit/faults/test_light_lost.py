"""One end alone loses light: which end it is decides who knows at once, and who by a timer."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.faults.light_lost import LightLost
from dxemu.plan.make import make_plan
from dxemu.run.prepare import prepare
from dxemu.topology.load import load

STORY = """story: One fibre breaks.
topology: backup_connection
probes: {{app: {{udp: {{from: app, to: web, rate: 100/s}}}}}}
steps:
  - {{at: 5 s, fault: {{light_lost: {{connection: primary, at: {at}}}}}, for: 5 s}}
expect:
  - {{outage: app, within_prediction: true}}
"""


def story(folder: Path, at: str) -> Path:
    file = folder / "fibre.yaml"
    file.write_text(STORY.format(at=at), encoding="utf-8")
    return file


@pytest.mark.parametrize(("at", "at_once"), [("colo_router", "to_aws"), ("dx_1", "from_aws")])
def test_the_dark_end_knows_at_once_and_the_other_by_bfd(at: str, at_once: str, tmp_path: Path) -> None:
    found = {p.direction: p.outage for p in prepare(story(tmp_path, at)).predictions}
    other = next(direction for direction in found if direction != at_once)
    assert found[at_once].high_s < 0.1
    assert found[other].low_s > 0.5


def test_a_cable_is_dark_only_where_it_ends(tmp_path: Path) -> None:
    with pytest.raises(InputErrors) as caught:
        prepare(story(tmp_path, "dx_2"))
    assert "the cable of 'primary' ends at colo_router and dx_1, not at dx_2" in caught.value.problems[0].problem


def test_the_lab_is_built_for_it_where_the_cable_is_there() -> None:
    plan = make_plan(load(Path("topologies/backup_connection.yaml")))
    assert LightLost(connection="primary", at="dx_1").halved(plan) == ("primary",)
    assert LightLost(connection="later", at="dx_1").halved(plan) == ()
