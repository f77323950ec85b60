"""A scenario from its file to a rehearsal: read, checked, planned and predicted. Nothing is started for it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from dxemu.errors import InputErrors
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.plan.versions import DEBIAN_12, Versions
from dxemu.predict.impact import impact_of
from dxemu.predict.predict import Pair, Prediction, natural_end, predict
from dxemu.story.changes import not_carried_out
from dxemu.story.load import load, never_ends
from dxemu.story.model import Scenario
from dxemu.topology import yaml
from dxemu.topology.load import load as load_topology
from dxemu.units import Seconds
from dxemu.words import count

AFTERMATH_S = 5.0
"""A scenario without `end` goes on for so long after the last thing that was predicted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """A scenario that is ready to run: read, checked, planned and predicted. Nothing was started for it."""

    scenario: Scenario
    plan: Plan
    predictions: tuple[Prediction, ...]
    end: Seconds


def prepare(path: Path, topology: Path | None = None, versions: Versions = DEBIAN_12) -> Rehearsal:
    """Read and check everything, and predict it for daemons of these `versions`. Raises InputErrors."""
    scenario = load(path, topology=topology)
    plan = make_plan(scenario.topology, versions)
    impacts = [impact_of(plan, step.id, step.at, step.until, step.fault.effects(plan)) for step in scenario.steps]
    predictions = predict(_once_done(plan, scenario), impacts, _pairs(scenario))
    end = scenario.end
    if end is None:
        changes = (float(step.at) for step in scenario.changes)
        probes = (float(probe.over_at) for probe in scenario.probes)
        last = max(natural_end(predictions, impacts), *probes, *changes, 0.0)
        if math.isinf(last):
            raise InputErrors([never_ends(scenario, "an outage that no path and no repair ends")])
        end = Seconds(math.ceil(last + AFTERMATH_S))
    return Rehearsal(scenario=scenario, plan=plan, predictions=predictions, end=end)


def refuse_changes(rehearsal: Rehearsal) -> Rehearsal:
    """The rehearsal, if a lab can carry all of it out. Raises InputErrors: DX-C006."""
    problems = not_carried_out(rehearsal.scenario.changes)
    if problems:
        raise InputErrors(problems)
    return rehearsal


def _once_done(plan: Plan, scenario: Scenario) -> Plan:
    """The plan once every action was done: faults are predicted for after that."""
    for step in scenario.actions:
        plan = step.action.planned(plan)
    return plan


def _pairs(scenario: Scenario) -> list[Pair]:
    """The ends of every probe that measures outages."""
    return [Pair(p.name, *p.ends, p.version) for p in scenario.probes if p.measures_outages and p.ends is not None]


def prepare_any(path: Path) -> str:
    """Check a scenario, or a topology, which has no `steps`. Says in a few words what it is. Raises InputErrors."""
    value = yaml.read(path).value
    if isinstance(value, dict) and "topology" not in value:
        plan = make_plan(load_topology(path))
        return f"a topology of {len(plan.nodes)} nodes and {len(plan.cables)} cables"
    rehearsal = prepare(path)
    scenario = rehearsal.scenario
    steps = len(scenario.steps) + len(scenario.actions) + len(scenario.changes)
    expect = len(rehearsal.scenario.expect)
    return f"a scenario of {count(steps, 'step')} and {count(expect, 'expectation')}, over in {rehearsal.end}"
