"""From a timeline and its probe logs to a result. Pure but for reading the logs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from dxemu.events.base import Event
from dxemu.events.packet_type import packet_type
from dxemu.events.probes import PacketsLogged
from dxemu.events.run import MadeWhole
from dxemu.events.sessions import SymptomSeen
from dxemu.events.steps import SAME_MOMENT_S, ActionDone, ChangeDone, Done, FaultHealed, FaultInjected
from dxemu.events.timeline import ProbeLog
from dxemu.measure import result, sessions, two_ends
from dxemu.measure.causes import Causes
from dxemu.measure.convergence import convergences
from dxemu.measure.daemons import daemons
from dxemu.measure.outages import FaultMark, Reception, reception
from dxemu.measure.paths import paths
from dxemu.measure.probes import Measurements, found
from dxemu.measure.stages import Hit, MeasuredRun, stages
from dxemu.plan.ends_apart import ends_apart
from dxemu.plan.model import Plan
from dxemu.predict.predict import Prediction
from dxemu.probes.base import Measurement, unkept
from dxemu.report.done import actions_of, changes_of, drawn_of, faults_of, not_made, quotas_of
from dxemu.report.prediction_numbers import in_numbers, milliseconds
from dxemu.story.came import came
from dxemu.story.expectations.base import Measured
from dxemu.story.model import Scenario
from dxemu.story.verdict import judge
from dxemu.words import direction, duration

ASLEEP_S = 0.1
"""The two clocks that tell it are not read at the same moment."""
_DELAYS = ("delay_p50_ms", "delay_p90_ms", "delay_p99_ms", "delay_p999_ms")
_AFTER: Mapping[type[Event], str] = {
    FaultInjected: "fault",
    FaultHealed: "heal",
    ActionDone: "action",
    ChangeDone: "action",
}
"""What an outage may come after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunMeta:
    """What the timeline does not know, in the words of `dxemu.measure.result.Result`.

    `kernel` is `embedded` or `host`, `kernel_release` its version.

    `guest_mode` and `confined_by`: see `dxemu.host.where.Where`. The machine was suspended for `asleep_s` meanwhile.
    """

    kernel: str
    clock: str
    seed: int
    virtual_s: float
    wall_s: float
    kernel_release: str = ""
    guest_mode: str = ""
    confined_by: tuple[str, ...] = ()
    asleep_s: float = 0.0


def evaluate(
    scenario: Scenario,
    plan: Plan,
    predictions: Sequence[Prediction],
    events: Sequence[Event],
    run_dir: Path,
    meta: RunMeta,
) -> result.Result:
    """Everything measured, judged against the scenario's expectations.

    A probe log that is not there raises OSError, a damaged one ValueError.
    """
    measured = _measured(scenario, plan, predictions, events, run_dir, meta.virtual_s)
    probes, faults = measured.probes, measured.faults
    invalid = _asleep(meta) or _too_late(probes, measured.found) or not_made(events)
    expectations = (*came(scenario.cues, events, meta.virtual_s), *(judge(e, measured) for e in scenario.expect))
    about = {key: value for key, value in asdict(meta).items() if key != "asleep_s"}
    return result.Result(
        **about,
        scenario=scenario.name,
        topology=scenario.topology.name,
        verdict="invalid" if invalid else _verdict(expectations),
        invalid_because=invalid,
        expectations=expectations,
        faults=faults,
        outages=measured.outages,
        probes=probes,
        stages=measured.stages,
        predicted=measured.predicted,
        recoveries=tuple(_recoveries(events, predictions, faults)),
        paths=tuple(paths(plan, events, [(p.probe, p.direction) for p in probes])),
        see_also=scenario.see_also,
        found=measured.found,
        actions=measured.actions,
        drawn=drawn_of(events),
        quotas=quotas_of(events),
        daemons=daemons(plan),
        never_up=tuple(_never_up(plan, events)),
        ends_differ=tuple(two_ends.DifferentEnds(name=one.name, why=one.text) for one in ends_apart(scenario.topology)),
        convergences=tuple(convergences(faults, measured.actions, measured.outages, probes, events)),
        still_broken=tuple(words for event in events if isinstance(event, MadeWhole) for words in event.left),
    )


def _measured(
    scenario: Scenario,
    plan: Plan,
    predictions: Sequence[Prediction],
    events: Sequence[Event],
    run_dir: Path,
    end_s: float,
) -> Measured:
    """What the run has shown, before anything is judged."""
    receptions = {(e.probe, e.direction): (e, _read(run_dir, e)) for e in _probe_events(events)}
    causes = Causes(marks_of(events), _hits(predictions), events)
    outages = tuple(o for event, got in receptions.values() for o in _outages(event, got, causes))
    probes = tuple(_probe(event, got) for event, got in receptions.values())
    versions = {probe.name: probe.version for probe in scenario.probes}
    return Measured(
        plan=plan,
        events=events,
        faults=faults_of(events),
        outages=outages,
        probes=probes,
        stages=tuple(stages(MeasuredRun(plan, causes.hits, events, outages, probes, versions))),
        predicted=tuple(in_numbers(p) for p in predictions),
        end_s=end_s,
        found=found(events, [probe.name for probe in scenario.probes]),
        actions=(*actions_of(events), *changes_of(events)),
    )


def _never_up(plan: Plan, events: Sequence[Event]) -> Iterator[two_ends.NeverUp]:
    """What was seen of each session whose ends do not fit, beside the reason."""
    reasons = {s.name: s.mismatch.text for s in plan.sessions if s.mismatch is not None}
    for event in events:
        if isinstance(event, SymptomSeen):
            yield two_ends.NeverUp(
                session=event.session, symptom=event.symptom, seen=event.detail, why=reasons.get(event.session, "")
            )


def _verdict(expectations: Sequence[result.ExpectationResult]) -> str:
    return "pass" if all(e.verdict == "pass" for e in expectations) else "fail"


def _probe_events(events: Sequence[Event]) -> list[PacketsLogged]:
    return [event for event in events if isinstance(event, PacketsLogged)]


def _asleep(meta: RunMeta) -> str:
    """Timers of a lab with the real clock stand still in a machine that sleeps, and all that it talks with goes on."""
    if meta.clock != "real" or meta.asleep_s < ASLEEP_S:
        return ""
    return f"this machine slept for {duration(meta.asleep_s * 1e3)} meanwhile"


def _too_late(probes: Sequence[result.ProbeResult], measurements: Measurements) -> str:
    """Which probes did not keep their schedule, in words; "" if all did."""
    late = [unkept(f"{p.probe} {direction(p.direction)}", p.lateness_max_ms, p.interval_ms) for p in probes]
    late += [one.unkept for one in measurements.all_of(Measurement)]
    return "; ".join(words for words in late if words)


def _read(run_dir: Path, event: PacketsLogged) -> Reception:
    return reception(ProbeLog.read(run_dir / event.file), event.flows or 1)


def _outages(event: PacketsLogged, got: Reception, causes: Causes) -> list[result.Outage]:
    uncertain_s = event.interval_s + event.lateness_max_s
    found = []
    for burst in got.bursts:
        mark = causes.of(burst, got.longest_s + uncertain_s)
        on_purpose = mark is not None and mark.after == "action"
        found.append(
            result.Outage(
                probe=event.probe,
                direction=event.direction,
                fault=mark.fault if mark and not on_purpose else None,
                after=mark.after if mark and not on_purpose else None,
                action=mark.fault if mark and on_purpose else None,
                start_s=burst.start_s,
                end_s=burst.end_s,
                duration_ms=None if burst.duration_s is None else milliseconds(burst.duration_s),
                uncertainty_ms=milliseconds(uncertain_s),
                packets_lost=burst.packets,
                flows=burst.flows,
            )
        )
    return found


def marks_of(events: Sequence[Event]) -> list[FaultMark]:
    """Faults, heals and actions. Of several at the same moment the first stands for all: their cost is common.

    What is told at one time was asked for at one moment, and so was what begins as soon as the one before is told: a
    node without power takes a millisecond to lose its ports.
    """
    marks: list[tuple[float, FaultMark]] = []
    for event in events:
        if not isinstance(event, Done):
            continue
        mark = FaultMark(event.happened_at_s, event.step, _AFTER[type(event)])
        alike = [(told, m) for told, m in marks if m.after == mark.after]
        first = next((m for told, m in alike if told in (event.t, mark.t) or abs(m.t - mark.t) < SAME_MOMENT_S), mark)
        marks = [(told, m) for told, m in marks if m is not first]
        marks.append((event.t, first))
    return [mark for _, mark in marks]


def _probe(event: PacketsLogged, got: Reception) -> result.ProbeResult:
    return result.ProbeResult(
        probe=event.probe,
        direction=event.direction,
        interval_ms=milliseconds(event.interval_s),
        sent=got.sent,
        lost=got.lost,
        duplicates=got.duplicates,
        reordered=got.reordered,
        bursts=len(got.bursts),
        longest_delay_ms=milliseconds(got.longest_s),
        lateness_max_ms=milliseconds(event.lateness_max_s),
        flows=event.flows or 1,
        slowest_s=got.slowest_s,
        packets=packet_type(event),
        **dict(zip(_DELAYS, map(milliseconds, got.delays_s), strict=False)),
    )


def _hits(predictions: Sequence[Prediction]) -> list[Hit]:
    """What each fault struck: of a prediction that is a fact of the design, like the cables."""
    found: dict[str, Hit] = {}
    for p in predictions:
        found.setdefault(p.fault, Hit(fault=p.fault, sessions=frozenset(p.sessions), cables=frozenset(p.cables)))
    return list(found.values())


def _recoveries(
    events: Sequence[Event], predictions: Sequence[Prediction], faults: Sequence[result.FaultResult]
) -> list[result.Recovery]:
    """For each healed fault the sessions that it touched and that had gone down."""
    found = []
    for fault in faults:
        touched = dict.fromkeys(s for p in predictions if p.fault == fault.fault for s in p.sessions)
        for session in touched if fault.healed_at_s is not None else ():
            changed = sessions.changes(events, session)
            if fault.healed_at_s is None or not any(not c.up and c.t >= fault.injected_at_s for c in changed):
                continue
            back = sessions.up_again(changed, fault.healed_at_s)
            found.append(
                result.Recovery(
                    fault=fault.fault,
                    session=session,
                    back_ms=None if back is None else milliseconds(back - fault.healed_at_s),
                )
            )
    return found
