"""When steps happen: as the file says it, and as a run showed it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.events.base import Event
from dxemu.events.codec import decoded
from dxemu.run.happened import as_it_happened
from dxemu.run.job import RunJob
from dxemu.run.lab_process import agenda
from dxemu.run.prepare import Rehearsal, prepare
from dxemu.story.came import came
from dxemu.units import Seconds

ROOT = Path(__file__).parents[3]
HEAD = f"topology: {ROOT}/topologies/backup_connection.yaml\nprobes: {{app: {{udp: {{from: app, to: web}}}}}}\nsteps:\n"
CUT = "fault: {cable_silent: {connection: primary}}"
CASCADE = f"""
  - {{at: 5 s, {CUT}, for: 2 s}}
  - when: {{session: primary, is: down}}
    within: 10 s
    change: {{virtual_interfaces: {{primary: {{customer: {{local_pref: 50}}}}}}}}
  - {{after: 3 s, fault: {{cable_cut: {{connection: backup}}}}, for: 4 s, repeat: 2, every: 10 s}}
  - {{after: 1 s, change: back}}
end: 80 s
"""


def rehearsal(tmp_path: Path, steps: str) -> Rehearsal:
    path = tmp_path / "story.yaml"
    path.write_text(HEAD + steps.lstrip("\n"), encoding="utf-8")
    return prepare(path)


def injected(fault: str, at: float) -> Event:
    return decoded(
        {
            "event": "fault_injected",
            "t": at,
            "fault": fault,
            "kind": fault.partition("#")[0],
            "target": "",
            "evidence": "",
            "injected_at_s": at,
        }
    )


def healed(fault: str, at: float) -> Event:
    about = {"fault": fault, "kind": fault.partition("#")[0], "target": "", "evidence": "", "healed_at_s": at}
    return decoded({"event": "fault_healed", "t": at, **about})


def changed(at: float, *, back: bool = False) -> Event:
    about = {"change": "change", "back": back, "topology": "", "evidence": "", "done_at_s": at}
    return decoded({"event": "change_done", "t": at, **about})


def waited(word: str, at: float, *, since: float = 5.0, within: float = 10.0, number: int = 2) -> Event:
    about = {"number": number, "awaited": "session: primary, is: down", "since_s": since, "within_s": within}
    return decoded({"event": word, "t": at, **about})


def test_a_repeated_step_is_as_many_faults_each_at_its_time(tmp_path: Path) -> None:
    steps = f"  - {{at: 5 s, {CUT}, for: 2 s, repeat: 3, every: 20 s}}\n  - {{after: 3 s, {CUT}}}\nend: 90 s\n"
    scenario = rehearsal(tmp_path, steps).scenario
    times = [(step.id, step.at, step.place, step.round) for step in scenario.steps]
    names = ["cable_silent", "cable_silent#2", "cable_silent#3", "cable_silent#4"]
    assert times == list(zip(names, [5, 25, 45, 50], [0, 0, 0, 1], [0, 1, 2, 0], strict=True))
    assert scenario.cues == ()


def test_what_follows_an_event_happens_at_the_latest_by_its_deadline(tmp_path: Path) -> None:
    scenario = rehearsal(tmp_path, CASCADE).scenario
    assert [(step.id, step.at) for step in scenario.steps] == [
        ("cable_silent", 5),
        ("cable_cut", 18),
        ("cable_cut#2", 28),
    ]
    assert [(step.step, step.at) for step in scenario.changes] == [("change", 15), ("change back", 33)]
    assert [(c.place, c.armed, c.previous, c.after, c.within, c.rounds) for c in scenario.cues] == [
        (1, 5, None, None, 10, 1),
        (2, 8, 1, 3, 0, 2),
        (3, 23, 2, 1, 0, 1),
    ]


def test_the_agenda_leaves_to_cues_what_has_one(tmp_path: Path) -> None:
    ready = rehearsal(tmp_path, CASCADE)
    scenario = ready.scenario
    job = RunJob(
        plan=ready.plan,
        probes=(),
        steps=scenario.steps,
        actions=(),
        end=Seconds(80),
        seed=1,
        kernel="embedded",
        clock="virtual",
        cues=scenario.cues,
    )
    assert [(at, order.word) for at, order in agenda(job) if order is not None] == [(5.0, "inject"), (7.0, "heal")]  # type: ignore[union-attr]
    assert len([order for _, order in agenda(replace(job, cues=())) if order is not None]) == 6


def test_predictions_are_made_for_the_moments_at_which_steps_were_done(tmp_path: Path) -> None:
    ready = rehearsal(tmp_path, CASCADE)
    times = {"cable_silent": 5.00001, "cable_cut": 8.9, "cable_cut#2": 18.9}
    events = [injected(name, at) for name, at in times.items()]
    events += [healed(name, at + 4) for name, at in times.items() if name != "cable_silent"]
    events += [changed(5.85), changed(23.9, back=True)]
    done = as_it_happened(ready, events)
    assert [(step.id, step.at, step.duration) for step in done.scenario.steps] == [
        ("cable_silent", 5, 2),  # it has a time of its own
        ("cable_cut", 8.9, 4),
        ("cable_cut#2", 18.9, 4),
    ]
    assert [(step.step, step.at) for step in done.scenario.changes] == [("change", 5.85), ("change back", 23.9)]
    assert {p.fault for p in done.predictions} >= set(times)
    assert as_it_happened(ready, events[:1]).scenario.changes == ()
    assert {p.fault for p in as_it_happened(ready, events[:1]).predictions} == {"cable_silent"}


@pytest.mark.parametrize(
    ("events", "verdict", "words"),
    [
        ([waited("came", 5.853)], "pass", "it came at 5.853 s, 853 ms after the step began to wait"),
        ([waited("missed", 15.0), waited("came", 97.2)], "fail", "it came at 97.200 s, 82.20 s too late"),
        ([waited("missed", 15.0)], "fail", "it never came, until the end at 120.000 s"),
        ([waited("came", 5.0, number=3)], "fail", "nobody waited for it: a step above was not done"),
    ],
)
def test_an_event_that_is_waited_for_is_expected(tmp_path: Path, events: list[Event], verdict: str, words: str) -> None:
    (found,) = came(rehearsal(tmp_path, CASCADE).scenario.cues, events, 120.0)
    assert (found.verdict, found.measured) == (verdict, words)
    assert (found.text, found.line) == ("when: {session: primary, is: down}, within: 10 s", 5)


def test_a_session_without_bgp_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "story.yaml"
    steps = (
        f"steps:\n  - {{at: 5 s, {CUT}}}\n  - {{when: {{session: vpn_tunnel_1, is: down}}, within: 5 s}}\nend: 60 s\n"
    )
    path.write_text(f"topology: {ROOT}/topologies/vpn_backup_static.yaml\n{steps}", encoding="utf-8")
    with pytest.raises(InputErrors, match=r"DX-S022.*has static routes"):
        prepare(path)
