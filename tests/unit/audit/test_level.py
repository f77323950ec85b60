"""AWS's resiliency models, and scenarios that break what an audit found."""

from __future__ import annotations

from pathlib import Path

import pytest

from dxemu.audit.elements import probe_pairs
from dxemu.audit.level import Level, built_as
from dxemu.audit.menu import Audit, make_audit
from dxemu.audit.scenario import scenario_text
from dxemu.cli.audit_scenarios import write_scenarios
from dxemu.plan.make import make_plan
from dxemu.report.audit import render, to_json
from dxemu.run.prepare import prepare
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


def audited(name: str) -> Audit:
    design = load(TOPOLOGIES / f"{name}.yaml")
    return make_audit(design, make_plan(design))


@pytest.mark.parametrize(
    ("topology", "level"),
    [
        ("maximum_resiliency", Level.MAXIMUM),
        ("high_resiliency", Level.HIGH),
        ("hardware_high_availability", Level.DEVELOPMENT),
        ("vpn_backup", Level.SINGLE),
        ("lag", Level.SINGLE),
    ],
)
def test_what_a_design_is_built_as(topology: str, level: Level) -> None:
    assert built_as(load(TOPOLOGIES / f"{topology}.yaml")) is level


def test_one_router_makes_it_single() -> None:
    audit = audited("high_resiliency")
    assert (audit.resiliency.intended, audit.resiliency.effective) == (Level.HIGH, Level.SINGLE)
    assert [b.failures[0].name for b in audit.resiliency.blockers] == ["customer_router"]
    text = " ".join(" ".join(line.plain for line in render(audit, width=200)).split())
    assert "built as high resiliency (99.9 %), effectively a single connection (95 %) because of router cus" in text
    assert to_json(audit)["resiliency"] == {
        "intended": "high resiliency",
        "effective": "a single connection",
        "target_percent": 95.0,
        "blockers": ["router customer_router"],
    }


def test_a_location_is_what_development_is_about() -> None:
    audit = audited("hardware_high_availability")
    assert audit.resiliency.intended is audit.resiliency.effective is Level.DEVELOPMENT


def test_the_scenarios_are_scenarios_with_the_same_prediction(tmp_path: Path) -> None:
    audit = audited("backup_connection")
    plan = make_plan(audit.topology)
    files = write_scenarios(audit.outcomes, plan, TOPOLOGIES / "backup_connection.yaml", tmp_path / "made")
    assert len(files) == sum(outcome.outage.high_s > 0 for outcome in audit.outcomes)
    names = [file.stem for file in files]
    fatal = [name for name in names if name.startswith("until_repair_")]
    assert names[: len(fatal)] == fatal
    assert "vlan_pruned_primary" in names
    outcome = next(o for o in audit.outcomes if o.failures[0].text == "connection primary falls silent")
    rehearsal = prepare(tmp_path / "made" / "cable_silent_primary.yaml")
    worst = max(rehearsal.predictions, key=lambda p: p.outage.high_s)
    assert (worst.outage.low_s, worst.outage.high_s) == (outcome.outage.low_s, outcome.outage.high_s)


def test_names_are_text_in_a_scenario() -> None:
    audit = audited("backup_connection")
    plan = make_plan(audit.topology)
    text = scenario_text("a: b #c.yaml", plan, audit.outcomes[0], probe_pairs(plan))
    assert "topology: 'a: b #c.yaml'" in text
