"""Runs that are read again from their folders, whole ones and others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import saved_runs
from click.testing import CliRunner
from saved_runs import SCENARIO, run_of
from stories import bfd_story, expect

from dxemu.cli.report import command
from dxemu.errors import DxemuError, FileError
from dxemu.events.folder import NoRun, check_run
from dxemu.events.growing_log import GrowingLog
from dxemu.events.known_so_far import KNOWN, KnownSoFar
from dxemu.events.probes import PacketsLogged
from dxemu.events.timeline import DIRECTIONS
from dxemu.probes.asking import Requests
from dxemu.probes.latency import Latency
from dxemu.report.matrix import MatrixRow, matrix_json
from dxemu.run.listing import runs_in
from dxemu.run.prepare import prepare
from dxemu.run.record import NewerRun
from dxemu.run.saved import read
from tests.unit.events.filled import filled

MORE = """\
  names: {dns: {from: app, to: web}}
  chat: {tcp: {from: app, to: web}}
  delays: {latency: {from: app, to: web}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The run of a silent cut, with its result."""
    work = tmp_path / "logs"
    work.mkdir()
    return run_of(tmp_path / "runs" / "cut" / "1", bfd_story(work, expect("outage", "app", within_prediction=True)))


def test_a_whole_run_is_as_it_was(folder: Path) -> None:
    saved = read(folder)
    assert saved.result.verdict == "pass"
    assert (saved.cut_off, saved.story) == ("", prepare(SCENARIO).scenario.story)
    assert saved.design is not None
    assert saved.plan is not None
    assert saved.plan.topology == saved.result.topology == "backup_connection"


def test_what_was_kept_can_be_run_again(folder: Path) -> None:
    again, first = prepare(folder / "scenario.yaml"), prepare(SCENARIO)
    assert [step.fault for step in again.scenario.steps] == [step.fault for step in first.scenario.steps]
    assert [e.expected for e in again.scenario.expect] == [e.expected for e in first.scenario.expect]
    assert (again.end, again.predictions) == (first.end, first.predictions)


def test_no_key_is_kept(tmp_path: Path) -> None:
    text = SCENARIO.read_text(encoding="utf-8") + "change: {virtual_interfaces: {primary: {auth_key: rehearse-9}}}\n"
    scenario = tmp_path / "scenarios" / "keyed.yaml"
    scenario.parent.mkdir()
    (tmp_path / "topologies").symlink_to(saved_runs.REPOSITORY / "topologies")
    scenario.write_text(text, encoding="utf-8")
    kept = run_of(tmp_path / "run", scenario=scenario)
    assert [file.name for file in kept.iterdir() if "rehearse-" in file.read_text(encoding="utf-8")] == []


def test_a_run_that_was_cut_off_is_used_as_far_as_it_goes(folder: Path) -> None:
    (folder / "result.json").unlink()
    file = folder / "timeline.jsonl"
    file.write_text(file.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    saved = read(folder)
    result = saved.result
    assert (result.verdict, result.seed, result.expectations) == ("invalid", 7, ())
    assert [fault.fault for fault in result.faults] == ["cable_silent"]
    assert {stage.detected_by for stage in result.stages} == {"bfd"}
    assert saved.cut_off == result.invalid_because
    assert "the run was cut off at 5.8 s of 15.0 s: its first" in saved.cut_off
    assert "packets of app to AWS, app from AWS are missing, no expectation is judged" in saved.cut_off


def test_a_run_that_was_whole_but_for_its_result_is_not_said_to_be_cut_off(folder: Path) -> None:
    (folder / "result.json").unlink()
    with (folder / "timeline.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"t": 15.5, "event": "tick"}\n')
    saved = read(folder)
    assert saved.result.verdict == "invalid"
    assert "the run came to its end at 15.0 s, but its result was not written: its " in saved.cut_off


def test_half_a_probe_is_worth_half_a_probe(folder: Path) -> None:
    (folder / "result.json").unlink()
    for direction in DIRECTIONS:
        about = {"probe": "app", "direction": direction, "interval_s": 0.01}
        log = GrowingLog(str(folder), f"app.{direction}.probe", about)
        sent = [n * 10_000_000 for n in range(600)]
        kept = [n for n in range(600) if not 500 <= n < 568]
        log.add(sent, [x for n in kept for x in (n, sent[n] + 2_000_000)])
    saved = read(folder)
    result = saved.result
    assert "missing" not in result.invalid_because
    assert [round(outage.duration_ms or 0) for outage in result.outages] == [680, 680]
    logged = [event.direction for event in saved.events if isinstance(event, PacketsLogged)]
    assert logged == [outage.direction for outage in result.outages] == ["to_aws", "from_aws"], "for the time line, too"


def test_what_a_probe_knew_when_it_was_cut_off_counts(tmp_path: Path) -> None:
    """Once: what was told since is not told again. A latency is a latency, and no outage."""
    text = SCENARIO.read_text(encoding="utf-8").replace("probes:\n", f"probes:\n{MORE}", 1)
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "topologies").symlink_to(saved_runs.REPOSITORY / "topologies")
    (tmp_path / "scenarios" / "more.yaml").write_text(text, encoding="utf-8")
    folder = run_of(tmp_path / "run", scenario=tmp_path / "scenarios" / "more.yaml")
    counted = filled({"t": 4.0, "event": "requests", "probe": "names", "protocol": "DNS", "asked": 39})
    KnownSoFar(str(folder), "names.dns").write(4.0, [counted])
    half = KnownSoFar(str(folder), "chat.tcp")
    half.write(4.0, [counted])
    (folder / f"chat.tcp{KNOWN}").write_text('{"t": 4.0, "ev')
    about = {"probe": "delays", "direction": "to_aws", "interval_s": 0.01}
    log = GrowingLog(str(folder), "delays.to_aws.probe", about)
    log.add([n * 10_000_000 for n in range(300)], [x for n in range(200) for x in (n, n * 10_000_000 + 4_000_000)])
    result = read(folder).result
    (requests,) = result.found.of(Requests, "names")
    assert requests.asked == 39
    (latency,) = result.found.of(Latency, "delays")
    assert (latency.arrived, latency.most_ms) == (200, 4.0)
    assert result.outages == ()


def test_a_line_that_is_torn_ends_what_is_used(folder: Path) -> None:
    (folder / "result.json").write_text("{", encoding="utf-8")
    file = folder / "timeline.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[8] = lines[8][1:]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    saved = read(folder)
    assert len(saved.events) == 8
    assert "its first 8 events are used" in saved.cut_off
    assert "result.json is damaged" in saved.cut_off


@pytest.mark.parametrize("form", ["--html", "--junit", "--markdown", "--trace"])
def test_a_report_that_cannot_be_written_is_bad_input(form: str, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "fixed"
    (tmp_path / "fixed.part").mkdir()  # where the draft would be
    ended = CliRunner().invoke(command, [str(folder), form, str(file)])
    assert isinstance(ended.exception, FileError) and ended.exception.exit_status == 2
    assert "fixed cannot be written" in str(ended.exception)


def test_folders_that_are_hidden_are_not_offered_as_runs(tmp_path: Path) -> None:
    for name in (".cache", "mine"):
        (tmp_path / name).mkdir()
    with pytest.raises(NoRun, match=r"There is \S*/mine\.$"):
        check_run(tmp_path / "nowhere")


def test_what_cannot_be_read(folder: Path) -> None:
    for wrong, says in (
        (folder.parent / "2", f"there is no run {folder.parent}/2\n  There is {folder}."),
        (folder.parent, f"is no run: it has 1 run in it\n  Its latest is {folder}; dxemu report {folder.parent} lists"),
    ):
        with pytest.raises(NoRun) as error:
            read(wrong)
        assert says in str(error.value)
        assert error.value.exit_status == 2


@pytest.mark.parametrize(("file", "schema"), [("result.json", "dxemu.result/2"), ("run.json", "dxemu.run/9")])
def test_a_run_of_a_newer_version_says_so(folder: Path, file: str, schema: str) -> None:
    data = json.loads((folder / file).read_text(encoding="utf-8"))
    (folder / file).write_text(json.dumps({**data, "schema": schema, "verdict": None}), encoding="utf-8")
    with pytest.raises(NewerRun, match=rf"{file} is a '{schema}'.*\n  A newer dxemu has made it") as error:
        read(folder)
    assert error.value.exit_status == 2


def test_a_run_that_left_nothing_to_go_by(folder: Path) -> None:
    (folder / "result.json").unlink()
    (folder / "timeline.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(NoRun, match="never ran"):
        read(folder)
    (folder / "run.json").write_text('{"schema": "dxemu.run/1"}', encoding="utf-8")
    with pytest.raises(NoRun, match=r"run\.json is damaged"):
        read(folder)
    (folder / "run.json").unlink()
    with pytest.raises(NoRun, match=r"has no result\.json: that run did not end"):
        read(folder)


def test_the_list_has_every_run(folder: Path) -> None:
    base = folder.parent.parent
    run_of(base / "cut" / "2")
    newer = run_of(base / "cut" / "10", replace(read(folder).result, schema="dxemu.result/2"))
    (run_of(base / "other" / "1") / "run.json").write_text("[]", encoding="utf-8")
    found = runs_in(base)
    assert [(run.folder.removeprefix(f"{base}/"), run.verdict) for run in found] == [
        ("cut/1", "pass"),
        ("cut/2", "cut off"),
        ("cut/10", "newer"),
        ("other/1", "damaged"),
    ]
    assert found[0].words == "1 of 1, longest outage 766 ms"
    assert found[1].seed == 7
    with pytest.raises(DxemuError):
        read(newer)


def test_all_runs_of_a_matrix_are_one_in_the_list(tmp_path: Path) -> None:
    rows = [
        MatrixRow(number=number, names=(), seed=number, folder=str(number), verdict=verdict, result=None)
        for number, verdict in enumerate(("pass", "fail", "pass"), 1)
    ]
    written = json.loads(json.dumps(matrix_json("cut", rows)))
    written["runs"][1]["longest_outage_ms"] = {"app": {"to_aws": 766.0, "from_aws": 5.0}}
    for number in ("1", "2", "3"):
        (tmp_path / "cut" / number / "1").mkdir(parents=True)
    (tmp_path / "cut" / "1" / "matrix.json").write_text(json.dumps(written), encoding="utf-8")
    (tmp_path / "cut" / "2" / "matrix.json").write_text("[]", encoding="utf-8")
    assert [(run.verdict, run.words) for run in runs_in(tmp_path)] == [
        ("fail", "3 runs: 2 pass, 1 fail, longest outage 766 ms"),
        ("damaged", "no matrix.json"),
        ("cut off", "1 run of a matrix, which was not finished"),
    ]
