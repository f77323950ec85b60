"""A run, read again from its folder, on any machine: nothing is started, and no kernel is needed.

Of a run that was cut off, what is whole is used, and its result says how much that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dxemu.events import timeline
from dxemu.events.base import Event
from dxemu.events.folder import RESULT, TIMELINE, NoRun, check_run
from dxemu.events.probes import LatencyMeasured, PacketsLogged
from dxemu.events.run import RunStarted
from dxemu.events.timeline import ProbeLog
from dxemu.files import shown
from dxemu.measure.result import Result
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.plan.versions import DEBIAN_12
from dxemu.probes.numbered import NumberedProbe
from dxemu.report.evaluate import RunMeta, evaluate
from dxemu.run import record
from dxemu.run.happened import as_it_happened
from dxemu.run.kept import prepare_kept
from dxemu.run.record import RunRecord
from dxemu.run.saved_result import saved_result
from dxemu.run.so_far import so_far
from dxemu.story import kept
from dxemu.topology import effective, yaml
from dxemu.topology.model import Topology
from dxemu.words import count, direction


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedRun:
    """All that the folder of a run has. `story` is its scenario's; `design` and `plan` are None if it kept neither.

    `cut_off` says what is missing of a run that did not end; "" for a whole one.
    """

    folder: Path
    result: Result
    events: Sequence[Event]
    story: str
    design: Topology | None
    plan: Plan | None
    cut_off: str


def read(folder: Path) -> SavedRun:
    """Read it. Raises NoRun, NewerRun, and InputErrors if its scenario or topology was changed and is wrong."""
    check_run(folder)
    known = record.read(folder)
    result, damaged = _result(folder)
    events, torn = _events(folder / TIMELINE)
    cut_off = ""
    if result is None:
        result, cut_off, events = _cut_off(folder, known, events, damaged or torn)
    design = plan = None
    if (file := folder / effective.FILE).is_file():
        design = effective.read(file, result.topology)
        plan = make_plan(design, known.versions if known is not None else DEBIAN_12)
    return SavedRun(
        folder=folder,
        result=result,
        events=events,
        story=_story(folder / kept.FILE),
        design=design,
        plan=plan,
        cut_off=cut_off,
    )


def _result(folder: Path) -> tuple[Result | None, str]:
    """The result; None, and why it cannot be read, for what was cut off while it was written."""
    file = folder / RESULT
    if not file.is_file():
        return None, ""
    try:
        return saved_result(file), ""
    except ValueError as error:
        return None, f"{RESULT} is damaged: {error}"
    except OSError as error:
        raise NoRun(f"{shown(file)} cannot be read: {error.strerror}") from error


def _events(file: Path) -> tuple[list[Event], str]:
    """What is whole from the beginning on, and what is wrong with the rest."""
    found: list[Event] = []
    try:
        for event in timeline.read(file):  # one by one: what comes before a tear counts
            found += [event]
    except ValueError as error:
        return found, str(error)
    except OSError as error:
        raise NoRun(f"{shown(file)} cannot be read: {error.strerror}") from error
    return found, ""


def _cut_off(
    folder: Path, known: RunRecord | None, events: Sequence[Event], why: str
) -> tuple[Result, str, list[Event]]:
    """What a run without a result gives, what is missing of it, and its events with what its probes had measured."""
    if known is None or not (folder / kept.FILE).is_file():
        raise NoRun(f"{shown(folder)} has no {RESULT}: that run did not end\n  Run its scenario again.")
    if not any(isinstance(event, RunStarted) for event in events):
        raise NoRun(f"the lab of {shown(folder)} never ran\n  Run its scenario again.")
    usable = [event for event in events if not isinstance(event, PacketsLogged) or _whole(folder, event)]
    rehearsal = as_it_happened(prepare_kept(folder, known), usable)
    scenario = rehearsal.scenario
    usable += so_far(folder, max(event.t for event in events), usable, scenario.probes)
    end_s = max(event.t for event in usable)
    result = evaluate(scenario, rehearsal.plan, rehearsal.predictions, usable, folder, _meta(known, end_s))
    numbered = [probe.name for probe in scenario.probes if isinstance(probe, NumberedProbe)]
    words = _missing(scenario_end=known.end_s, end_s=end_s, usable=usable, probes=numbered)
    words += f"; {why}" if why else ""
    return replace(result, verdict="invalid", invalid_because=words, expectations=()), words, usable


def _meta(known: RunRecord, end_s: float) -> RunMeta:
    return RunMeta(
        kernel=known.kernel,
        kernel_release=known.kernel_release,
        guest_mode=known.guest_mode,
        confined_by=known.confined_by,
        clock=known.clock,
        seed=known.seed,
        virtual_s=max(end_s, 0.0),
        wall_s=0.0,
    )


def _whole(folder: Path, event: PacketsLogged) -> bool:
    try:
        ProbeLog.read(folder / event.file)
    except (OSError, ValueError):
        return False
    return True


def _missing(*, scenario_end: float, end_s: float, usable: Sequence[Event], probes: Sequence[str]) -> str:
    logged = {(e.probe, e.direction) for e in usable if isinstance(e, PacketsLogged | LatencyMeasured)}
    lost = [f"{p} {direction(d)}" for p in probes for d in timeline.DIRECTIONS if (p, d) not in logged]
    used = count(len(usable), "event")
    words = f"the run was cut off at {end_s:.1f} s of {scenario_end:.1f} s: its first {used} are used"
    if end_s >= scenario_end:
        words = f"the run came to its end at {scenario_end:.1f} s, but its result was not written: its {used} are used"
    return words + (f", packets of {', '.join(lost)} are missing" if lost else "") + ", no expectation is judged"


def _story(file: Path) -> str:
    if not file.is_file():
        return ""
    value = yaml.read(file).value
    return str(value.get("story", "")) if isinstance(value, dict) else ""
