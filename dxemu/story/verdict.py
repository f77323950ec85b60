"""Judging a scenario's expectations. What was not measured fails, with words; it never passes silently."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dxemu.events.timeline import DIRECTIONS, Event
from dxemu.events.values import number, text
from dxemu.measure import paths, sessions
from dxemu.measure.probes import Measurements
from dxemu.measure.result import ExpectationResult, Fault, Outage, PathSeen, Predicted, Probe, Stage
from dxemu.plan.model import Plan
from dxemu.story.model import Expectation
from dxemu.story.outage_verdict import judge_lost, judge_outage
from dxemu.story.probe_verdict import SUBJECTS, amount, judge_probe
from dxemu.words import direction as in_words
from dxemu.words import duration

Judged = tuple[bool, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Everything that an expectation can be about."""

    plan: Plan
    events: Sequence[Event]
    faults: Sequence[Fault]
    outages: Sequence[Outage]
    probes: Sequence[Probe]
    stages: Sequence[Stage]
    predicted: Sequence[Predicted]
    end_s: float
    found: Measurements = field(default_factory=Measurements)


def judge(expectation: Expectation, measured: Measured) -> ExpectationResult:
    """`pass` or `fail`, and what was measured in words."""
    subjects: Mapping[str, Callable[[Expectation, Measured], Judged]] = {
        "outage": _outage,
        "path": _path,
        "session": _session,
        "refused": _refused,
        "detected": _detected,
        "lost": _lost,
        **dict.fromkeys(SUBJECTS, lambda e, m: judge_probe(e, m.found)),
    }
    judged = subjects.get(expectation.subject)
    passed, words = judged(expectation, measured) if judged else (False, f"'{expectation.subject}' cannot be judged")
    return ExpectationResult(
        text=expectation.text,
        verdict="pass" if passed else "fail",
        measured=words,
        file=expectation.mark.file,
        line=expectation.mark.line,
    )


def faults_named(name: str, faults: Sequence[Fault]) -> list[Fault]:
    """The faults meant by a step's id, or by a kind: then all of that kind."""
    return [f for f in faults if f.fault == name] or [f for f in faults if f.kind == name]


def _directions(expectation: Expectation) -> tuple[str, ...]:
    wanted = expectation.arguments.get("direction")
    return (str(wanted),) if wanted is not None else DIRECTIONS


def _outage(expectation: Expectation, m: Measured) -> Judged:
    arguments = expectation.arguments
    faults = list(m.faults)
    outages = [o for o in m.outages if o.probe == expectation.name]
    if "fault" in arguments:
        faults = faults_named(str(arguments["fault"]), m.faults)
        if not faults:
            return False, f"the fault {arguments['fault']} never happened"
        outages = [o for o in outages if o.fault in {f.fault for f in faults}]
    findings = []
    for direction in _directions(expectation):
        if not any((p.probe, p.direction) == (expectation.name, direction) and p.sent for p in m.probes):
            findings.append((False, f"no packet of {expectation.name} was sent {in_words(direction)}"))
            continue
        mine = [o for o in outages if o.direction == direction]
        predicted = [p for p in m.predicted if p.direction == direction and p.probe in ("", expectation.name)]
        unseen_ms = max(p.interval_ms for p in m.probes if (p.probe, p.direction) == (expectation.name, direction))
        passed, words = judge_outage(arguments, mine, predicted, faults, m.end_s, unseen_ms)
        findings.append((passed, f"{words} {in_words(direction)}"))
    return _together(findings)


def _lost(expectation: Expectation, m: Measured) -> Judged:
    directions = [p.direction for p in m.probes if p.probe == expectation.name and p.sent]
    if not set(_directions(expectation)) <= set(directions):
        return False, f"no packet of {expectation.name} was sent in every direction that is expected"
    arguments = expectation.arguments
    faults = faults_named(str(arguments["fault"]), m.faults) if "fault" in arguments else list(m.faults)
    if arguments.get("after") == "heal" and all(f.healed_at_s is None for f in faults):
        return False, "nothing was healed"
    outages = [o for o in m.outages if o.probe == expectation.name and o.direction in _directions(expectation)]
    if "fault" in arguments:
        outages = [o for o in outages if o.fault in {f.fault for f in faults}]
    return judge_lost(arguments, outages)


def _path(expectation: Expectation, m: Measured) -> Judged:
    at, via = expectation.arguments.get("at", "end"), str(expectation.arguments.get("via"))
    findings = []
    for direction in _directions(expectation):
        if at == "start":
            seen = paths.path_at_start(m.plan, m.events, expectation.name, direction)
        else:
            time = math.inf if at == "end" else amount(expectation.arguments, "at")
            seen = paths.path_at(m.plan, m.events, expectation.name, direction, time)
        if seen is None:
            findings.append((False, f"the path {in_words(direction)} was not asked for by then"))
        else:
            findings.append((seen.complete and via in _carriers(m.plan, seen), f"{in_words(direction)}: {seen.text}"))
    return _together(findings)


def _carriers(plan: Plan, seen: PathSeen) -> set[str]:
    """The connections and tunnels on a path, and the LAGs that the connections are members of."""
    lags = {
        bond.lag
        for bond in plan.bonds
        for cable in plan.cables
        if cable.connection in seen.connections and (cable.a.name in bond.members and cable.a.node == bond.node)
    }
    return {*seen.connections, *lags}


def _session(expectation: Expectation, m: Measured) -> Judged:
    found = sessions.changes(m.events, expectation.name)
    if not found:
        return False, f"no BGP event of session {expectation.name} was recorded"
    if "within" in expectation.arguments:
        return _session_within(expectation, m, found)
    if "is" in expectation.arguments:
        return _session_is(expectation, m, found)
    if sessions.up_again(found, 0.0) != 0.0:
        return False, "it was not up when the run started"
    down = next((c for c in found if c.t >= 0 and not c.up), None)
    if down is None:
        return True, "up all the time"
    return False, f"down at {down.t:.3f} s: {down.node} says {down.reason or 'nothing about why'}"


def _session_is(expectation: Expectation, m: Measured, found: Sequence[sessions.Change]) -> Judged:
    at = expectation.arguments.get("at", "end")
    time = {"start": 0.0, "end": m.end_s}.get(str(at)) if isinstance(at, str) else amount(expectation.arguments, "at")
    last = [c for c in found if time is not None and c.t <= time]
    state = "up" if last and last[-1].up else "down"
    reason = f": {last[-1].node} says {last[-1].reason or 'nothing about why'}" if last and not last[-1].up else ""
    return state == expectation.arguments["is"], f"{state}{reason}"


def _refused(expectation: Expectation, m: Measured) -> Judged:
    name, prefix = expectation.name, expectation.arguments["prefix"]
    for event in m.events:
        if (event["event"], event.get("session"), event.get("prefix")) == ("refused", name, prefix):
            return True, f"{text(event, 'node')} refused it at {number(event, 't'):.3f} s: {text(event, 'reason')}"
    return False, f"nobody refused {prefix} on {name}"


def _session_within(expectation: Expectation, m: Measured, found: Sequence[sessions.Change]) -> Judged:
    arguments = expectation.arguments
    faults = faults_named(str(arguments["fault"]), m.faults) if "fault" in arguments else list(m.faults)
    after = str(arguments.get("after", "fault"))
    times = [f.healed_at_s if after == "heal" else f.injected_at_s for f in faults]
    since = max((t for t in times if t is not None), default=None)
    if since is None:
        return False, f"there was no {after} to count from"
    limit = min(since + amount(arguments, "within"), m.end_s)
    last = [c for c in found if c.t <= limit]
    if last and last[-1].up:
        back = last[-1].t - since
        return True, f"up {duration(back * 1e3)} after the {after}" if back > 0 else "up all the while"
    late = sessions.up_again(found, limit)
    if late is None:
        return False, f"still down at the end, {duration((m.end_s - since) * 1e3)} after the {after}"
    return False, f"up only {duration((late - since) * 1e3)} after the {after}"


def _detected(expectation: Expectation, m: Measured) -> Judged:
    faults = {f.fault for f in faults_named(expectation.name, m.faults)}
    by = str(expectation.arguments.get("by"))
    findings = []
    for stage in m.stages:
        if stage.fault not in faults or stage.direction not in _directions(expectation):
            continue
        if stage.detect_ms is None:
            findings.append((False, f"nobody noticed {in_words(stage.direction)}"))
        else:
            words = f"{stage.detected_by} on {stage.node} after {duration(stage.detect_ms)}"
            findings.append((stage.detected_by == by, words))
    return _together(findings) if findings else (False, f"the fault {expectation.name} never happened")


def _together(findings: Sequence[Judged]) -> Judged:
    return all(passed for passed, _ in findings), ", ".join(dict.fromkeys(words for _, words in findings))
