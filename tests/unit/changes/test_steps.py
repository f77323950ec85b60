"""Steps of a scenario that change its design: which design holds from when on."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.run.prepare import prepare, refuse_changes
from dxemu.story.load import load
from dxemu.story.model import Scenario

TOPOLOGY = Path(__file__).parents[3] / "topologies/backup_connection.yaml"


def written(folder: Path, steps: str, more: str = "") -> Path:
    file = folder / "story.yaml"
    file.write_text(f"topology: {TOPOLOGY}\n{more}steps:\n{steps}", encoding="utf-8")
    return file


def told(scenario: Scenario) -> list[tuple[float, str, bool, int]]:
    found = []
    for step in scenario.changes:
        prepend = step.topology.virtual_interfaces[0].customer.as_path_prepend
        found.append((float(step.at), step.id, step.back, prepend))
    return found


PREPEND = "{virtual_interfaces: {primary: {customer: {as_path_prepend: %d}}}}"


def test_a_drain(tmp_path: Path) -> None:
    steps = f"""\
  - {{at: 5 s, change: {PREPEND % 3}}}
  - {{at: 10 s, fault: {{cable_cut: {{connection: primary}}}}, for: 5 s}}
  - {{at: 20 s, change: back}}
"""
    scenario = load(written(tmp_path, steps))
    assert told(scenario) == [(5, "change", False, 3), (20, "change", True, 0)]
    assert [step.kind for step in scenario.steps] == ["cable_cut"]
    assert scenario.topology.virtual_interfaces[0].customer.as_path_prepend == 0


def test_for_takes_it_back_before_what_begins_then(tmp_path: Path) -> None:
    steps = f"  - {{at: 5 s, change: {PREPEND % 3}, for: 5 s}}\n  - {{at: 10 s, change: {PREPEND % 2}}}\n"
    found = told(load(written(tmp_path, steps)))
    assert found == [(5, "change", False, 3), (10, "change", True, 0), (10, "change#2", False, 2)]


def test_it_is_laid_over_the_scenarios_own_change(tmp_path: Path) -> None:
    more = "change: {virtual_interfaces: {primary: {hold_time: 30 s}}}\n"
    scenario = load(written(tmp_path, f"  - {{at: 5 s, change: {PREPEND % 3}}}\n", more))
    assert scenario.changes[0].topology.virtual_interfaces[0].hold_time == 30


def test_a_misspelt_key_elsewhere_moves_no_mark(tmp_path: Path) -> None:
    steps = "  - {at: 5 s, chnge: {virtual_interfaces: {primary: {vlan: 7}}}}\n"
    with pytest.raises(InputErrors) as caught:
        load(written(tmp_path, steps))
    assert [(p.code, p.mark.column) for p in caught.value.problems] == [("DX-F005", 15), ("DX-C002", 60)]


def test_what_a_lab_follows_is_planned(tmp_path: Path) -> None:
    rehearsal = prepare(written(tmp_path, f"  - {{at: 50 s, change: {PREPEND % 3}}}\n"))
    assert rehearsal.end == 55
    assert refuse_changes(rehearsal) is rehearsal
    sessions = (s for plan in (rehearsal.plan, *rehearsal.plans) for s in plan.sessions if s.name == "primary")
    assert [session.ends[0].export_prepend for session in sessions] == [0, 3]


def test_what_no_lab_follows_yet_is_refused_with_what_it_would_be(tmp_path: Path) -> None:
    steps = f"""\
  - {{at: 2 s, change: {PREPEND % 3}}}
  - {{at: 5 s, change: {{virtual_interfaces: {{backup: {{customer: {{ttl_security: on}}}}}}}}}}
"""
    with pytest.raises(InputErrors) as caught:
        refuse_changes(prepare(written(tmp_path, steps)))
    assert [(p.code, p.mark.line) for p in caught.value.problems] == [("DX-C006", 4)]
    assert "session backup: ends.0.ttl_security off -> on" in caught.value.problems[0].problem


@pytest.mark.parametrize("value", ["amazon: {enabled: off}", "bfd: off", "hold_time: 30 s", "auth_key: another-1"])
def test_what_a_session_is_made_of_is_followed(tmp_path: Path, value: str) -> None:
    steps = f"  - {{at: 5 s, change: {{virtual_interfaces: {{primary: {{{value}}}}}}}, for: 5 s}}\n"
    rehearsal = prepare(written(tmp_path, steps))
    assert refuse_changes(rehearsal) is rehearsal


def test_a_fault_is_predicted_in_the_design_of_its_time(tmp_path: Path) -> None:
    away = (
        "{virtual_interfaces: {primary: {customer: {local_pref: 50, communities: ['7224:7100'], as_path_prepend: 3}}}}"
    )
    steps = f"""\
  - {{at: 5 s, change: {away}, for: 10 s}}
  - {{at: 10 s, fault: {{cable_silent: {{connection: primary}}}}, for: 2 s}}
  - {{at: 20 s, fault: {{cable_silent: {{connection: primary}}}}, for: 2 s}}
"""
    more = "probes:\n  app: {udp: {from: app, to: web, rate: 100/s}}\n"
    found = prepare(written(tmp_path, steps, more)).predictions
    drained = [p.outage.high_s for p in found if p.fault == "cable_silent"]
    assert drained == [0, 0]
    assert all(p.outage.low_s > 0.5 for p in found if p.fault == "cable_silent#2")
