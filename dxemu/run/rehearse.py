"""A scenario from its file to its result: read, plan, predict, run on a kernel, measure, judge."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from dxemu.actions.confirm_virtual_interface import ConfirmVirtualInterface
from dxemu.errors import InputErrors
from dxemu.files import border
from dxemu.host.follow import LabProcess
from dxemu.host.job import Job
from dxemu.host.where import Where
from dxemu.measure.result import Result
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.plan.versions import DEBIAN_12, Versions
from dxemu.predict.impact import impact_of
from dxemu.predict.predict import Pair, Prediction, natural_end, predict
from dxemu.probes.udp import UdpProbe
from dxemu.report import result_json
from dxemu.report.evaluate import RunMeta, evaluate
from dxemu.run.job import RunJob
from dxemu.run.probe_logs import whole
from dxemu.run.timeline_file import TimelineFile
from dxemu.story.load import load, never_ends
from dxemu.story.model import Scenario
from dxemu.topology import effective, yaml
from dxemu.topology.load import load as load_topology
from dxemu.units import Seconds
from dxemu.words import count

AFTERMATH_S = 5.0
"""A scenario without `end` goes on for so long after the last thing that was predicted."""

Event = Mapping[str, object]


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
    predictions = predict(_once_confirmed(plan, scenario), impacts, _pairs(scenario))
    end = scenario.end
    if end is None:
        last = max(natural_end(predictions, impacts), *(float(probe.over_at) for probe in scenario.probes), 0.0)
        if math.isinf(last):
            raise InputErrors([never_ends(scenario, "an outage that no path and no repair ends")])
        end = Seconds(math.ceil(last + AFTERMATH_S))
    return Rehearsal(scenario=scenario, plan=plan, predictions=predictions, end=end)


def _once_confirmed(plan: Plan, scenario: Scenario) -> Plan:
    """The plan with the hosted virtual interfaces that the scenario accepts: faults are predicted for after that."""
    accepted = {step.action.target for step in scenario.actions if isinstance(step.action, ConfirmVirtualInterface)}
    sessions = (replace(s, confirmed=s.confirmed or s.virtual_interface in accepted) for s in plan.sessions)
    return replace(plan, sessions=tuple(sessions)) if accepted else plan


def _pairs(scenario: Scenario) -> list[Pair]:
    """The ends of every probe that measures outages."""
    probes = [probe for probe in scenario.probes if isinstance(probe, UdpProbe)]
    return [Pair(probe.name, probe.from_host, probe.to_host, probe.ip_version) for probe in probes]


def prepare_any(path: Path) -> str:
    """Check a scenario, or a topology, which has no `steps`. Says in a few words what it is. Raises InputErrors."""
    value = yaml.read(path).value
    if isinstance(value, dict) and "topology" not in value:
        plan = make_plan(load_topology(path))
        return f"a topology of {len(plan.nodes)} nodes and {len(plan.cables)} cables"
    rehearsal = prepare(path)
    steps = len(rehearsal.scenario.steps) + len(rehearsal.scenario.actions)
    expect = len(rehearsal.scenario.expect)
    return f"a scenario of {count(steps, 'step')} and {count(expect, 'expectation')}, over in {rehearsal.end}"


async def rehearse(
    rehearsal: Rehearsal,
    where: Where,
    folder: Path,
    seed: int,
    on_event: Callable[[Event], None],
    waiting: LabProcess | None = None,
) -> Result:
    """Run it, in `folder`, and judge it. `on_event` hears of everything while the run goes on.

    `waiting` is a lab's process that `where` has started in `folder` before, with this seed; else one is started.

    Leaves `topology.yaml`, `timeline.jsonl`, the probes' logs, `console.log` and `result.json`. Raises LabError.
    """
    scenario = rehearsal.scenario
    if scenario.topology_file is not None:
        kept = effective.text_of(scenario.topology_file, scenario.change)
        with border(folder):
            (folder / effective.FILE).write_text(kept, encoding="utf-8", errors="replace")
    started = time.monotonic()
    job = RunJob(
        plan=rehearsal.plan,
        probes=rehearsal.scenario.probes,
        steps=rehearsal.scenario.steps,
        actions=rehearsal.scenario.actions,
        end=rehearsal.end,
        seed=seed,
        kernel=where.kernel,
        clock=where.clock,
    )
    events: list[Event] = []
    order = Job(target="dxemu.run.lab_process:main", payload=job)
    stream = where.run(order, folder, seed) if waiting is None else waiting.run(order)
    with TimelineFile(folder / "timeline.jsonl") as timeline:
        async with aclosing(stream):
            async for event in stream:
                told = _with_wall_time(event, time.monotonic() - started)
                if event["event"] != "building":
                    timeline.write(told)
                    events.append(told)
                on_event(told)
    for event in events:
        whole(event, folder)
    meta = RunMeta(
        kernel=where.kernel,
        kernel_release=where.release,
        guest_mode=where.guest_mode,
        confined_by=where.confined_by,
        clock=where.clock,
        seed=seed,
        virtual_s=float(rehearsal.end),
        wall_s=time.monotonic() - started,
    )
    result = evaluate(rehearsal.scenario, rehearsal.plan, rehearsal.predictions, events, folder, meta)
    with border(folder):
        result_json.write(result, folder / "result.json")
    return result


def _with_wall_time(event: Event, wall_s: float) -> Event:
    """The lab's clock may be virtual: only here is it known how long people waited."""
    return {**event, "wall_s": round(wall_s, 3)} if event["event"] in ("lab_ready", "run_ended") else event
