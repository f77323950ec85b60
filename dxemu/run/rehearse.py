"""A rehearsal to its result: run on a kernel, measured, judged."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from dxemu.changes.effects import longest_interruption
from dxemu.events.base import Event
from dxemu.events.codec import decoded
from dxemu.events.folder import RESULT, TIMELINE
from dxemu.events.run import Building
from dxemu.events.steps import Drew
from dxemu.files import border
from dxemu.host.asleep import asleep_s
from dxemu.host.follow import LabProcess
from dxemu.host.job import Job
from dxemu.host.where import Where
from dxemu.measure.result import Result
from dxemu.plugins import folders_of, mentions
from dxemu.report import result_json
from dxemu.report.evaluate import RunMeta, evaluate
from dxemu.run import bundle, record
from dxemu.run.frame_files import make_pcapng, ports_of
from dxemu.run.happened import as_it_happened
from dxemu.run.job import PlannedAct, PlannedChange, RunJob
from dxemu.run.prepare import Rehearsal, refuse_changes
from dxemu.run.probe_logs import whole
from dxemu.run.timeline_file import TimelineFile, with_wall_time
from dxemu.story.afterwards import of_steps
from dxemu.story.awaited.base import Awaited
from dxemu.story.model import Scenario
from dxemu.topology import effective


async def rehearse(
    rehearsal: Rehearsal,
    where: Where,
    folder: Path,
    seed: int,
    on_event: Callable[[Event], None],
    waiting: LabProcess | None = None,
    pcap: Sequence[str] = (),
) -> Result:
    """Run it, in `folder`, and judge it. `on_event` hears of everything while the run goes on.

    `waiting` is a lab's process that `where` has started in `folder` before, with this seed; else one is started.
    Of each cable, connection or node named in `pcap` all frames are left in `NAME.pcapng`.

    Leaves `run.json`, `scenario.yaml`, `topology.yaml` and one more for each change, `timeline.jsonl`, the probes'
    logs, `console.log`, `result.json` and `manifest.json`. Raises LabError; InputErrors for what no lab can carry out.
    """
    scenario = refuse_changes(rehearsal).scenario
    ports = ports_of(rehearsal.plan, pcap)
    record.keep(rehearsal, where, seed, folder)
    started, slept = time.monotonic(), asleep_s()
    runners = _plugged_runners({probe.kind for probe in scenario.probes})
    job = _job(rehearsal, where, folder, seed, {kind: runner.__module__ for kind, runner in runners.items()})
    job = replace(job, frames=ports)
    order = Job(target="dxemu.run.lab_process:main", payload=job, folders=_folders(job, runners.values()))
    place = where.with_room_for(rehearsal.memory_mb)
    stream = place.run(order, folder, seed) if waiting is None else waiting.run(order)
    events = await _heard(stream, folder, started, on_event)
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
        asleep_s=asleep_s() - slept,
    )
    happened = as_it_happened(rehearsal, events)
    result = evaluate(happened.scenario, happened.plan, happened.predictions, events, folder, meta)
    with border(folder):
        result_json.write(result, folder / RESULT)
    make_pcapng(folder, ports, events)
    bundle.write(folder)
    return result


async def _heard(
    stream: AsyncGenerator[Mapping[str, object], None], folder: Path, started: float, on_event: Callable[[Event], None]
) -> list[Event]:
    """All that a lab says until it ends, which is in the timeline then."""
    events = []
    with TimelineFile(folder / TIMELINE) as timeline:
        async with aclosing(stream):
            async for said in stream:
                event = with_wall_time(decoded(said), round(time.monotonic() - started, 3))
                if not isinstance(event, Building):
                    timeline.write(event)
                    events.append(event)
                on_event(event)
    return events


def _job(rehearsal: Rehearsal, where: Where, folder: Path, seed: int, runners: Mapping[str, str]) -> RunJob:
    """What the lab is told; its changes are kept in `folder`."""
    scenario = rehearsal.scenario
    return RunJob(
        plan=rehearsal.plan,
        probes=scenario.probes,
        steps=scenario.steps,
        actions=scenario.actions,
        changes=_keep_changes(rehearsal, folder),
        acts=_keep_acts(rehearsal, folder),
        cues=scenario.cues,
        drew=tuple(Drew(number=d.number, key=d.key, drawn=d.words, of=d.of) for d in scenario.draws),
        spread=frozenset(event.about_flows for event in _asked_for(scenario)),
        outages=frozenset(event.about_outages for event in _asked_for(scenario)) - {""},
        routes=_routes(scenario),
        end=rehearsal.end,
        seed=seed,
        kernel=where.kernel,
        clock=where.clock,
        runners=runners,
        leave_broken=rehearsal.leave_broken,
        deadlines=(*(one for line in scenario.expect for one in line.expected.deadlines), *of_steps(scenario.cues)),
        esp_keys=rehearsal.esp_keys,
    )


def _asked_for(scenario: Scenario) -> list[Awaited]:
    """The events that steps wait for, or that are expected in an order."""
    asked = [event for cue in scenario.cues for event in (cue.awaited, cue.stop_when) if event is not None]
    for line in scenario.expect:
        asked += getattr(line.expected, "events", None) or ()
    return asked


def _routes(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """Node and prefix of each route that a step waits for, or that something is expected of."""
    about = [event.about_route for event in _asked_for(scenario)]
    about += [line.expected.about_route for line in scenario.expect]
    return tuple(dict.fromkeys(one for one in about if one is not None))


def _keep_changes(rehearsal: Rehearsal, folder: Path) -> tuple[PlannedChange, ...]:
    """The changes for the lab. What design each comes to is left in `folder`."""
    found = []
    pairs = zip(rehearsal.scenario.changes, rehearsal.plans, strict=True)
    for number, (step, plan) in enumerate(pairs, start=1):
        name = effective.changed_file(number)
        record.write(folder / name, effective.text_of_document(step.document))
        found.append(
            PlannedChange(
                id=step.id,
                at=step.at,
                back=step.back,
                plan=plan,
                topology=name,
                words="; ".join(str(effect.difference) for effect in step.effects),
                interrupted=tuple(dict.fromkeys(vif for effect in step.effects for vif in effect.interrupted)),
                interruption=longest_interruption(step.effects),
                place=step.place,
                round=step.round,
                ends=step.ends,
            )
        )
    return tuple(found)


def _keep_acts(rehearsal: Rehearsal, folder: Path) -> dict[str, PlannedAct]:
    """What its lasting acts make of the lab, by id. What design each comes to is left in `folder`."""
    found = {}
    scenario = rehearsal.scenario
    steps = zip(scenario.lasting, rehearsal.acted, strict=True)
    for number, (step, plan) in enumerate(steps, start=len(scenario.changes) + 1):
        name = effective.changed_file(number)
        record.write(folder / name, effective.text_of_document(step.document))
        found[step.id] = PlannedAct(plan=plan, topology=name)
    return found


def _folders(job: RunJob, runners: Iterable[type]) -> tuple[str, ...]:
    kinds = (*job.probes, *(step.fault for step in job.steps), *(step.action for step in job.actions))
    return folders_of((*map(type, kinds), *runners))


def _plugged_runners(used: Collection[str]) -> Mapping[str, type]:
    """The runners of those kinds of probes for which another distribution brings one. Raises BrokenPlugin."""
    if not mentions("dxemu.lab.probes"):
        return {}
    from dxemu.lab.probes.menu import plugged_runners  # it imports what only a lab needs

    return {kind: runner for kind, runner in plugged_runners().items() if kind in used}
