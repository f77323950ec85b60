"""`dxemu report` of a folder in which there are several runs: all of them, with their verdicts and pages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import CliRunner
from saved_runs import run_of
from stories import bfd_story, expect, hold_timer_story

from dxemu.cli.report import command
from dxemu.events.folder import MATRIX, NoRun
from dxemu.report.matrix import MatrixRow, matrix_json
from dxemu.run.record import NewerRun
from dxemu.run.saved_matrix import rows
from dxemu.units import Seconds


@pytest.fixture
def matrix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One run that passed, and has a page, one that failed, and one without a lab."""
    monkeypatch.chdir(tmp_path)
    folder, expected = Path("runs", "story", "1"), expect("outage", "app", at_most=Seconds(1))
    for name in ("fast", "slow"):
        (tmp_path / name).mkdir()
    results = [bfd_story(tmp_path / "fast", expected), hold_timer_story(tmp_path / "slow", expected)]
    found = []
    for number, (bfd, result) in enumerate(zip(("on", "off", "none"), [*results, None], strict=True), start=1):
        verdict = "error" if result is None else result.verdict
        row = MatrixRow(
            number=number, names=(("bfd", bfd),), seed=1, folder=str(number), verdict=verdict, result=result
        )
        found.append(row if result else replace(row, problem="the lab was killed"))
        run_of(folder / str(number), result)
    (folder / "1" / "report.html").touch()
    (folder / MATRIX).write_text(json.dumps(matrix_json("story", found)), encoding="utf-8")
    return folder


def said(*words: object) -> str:
    ended = CliRunner().invoke(command, [str(word) for word in words], standalone_mode=False)
    if ended.exception is not None:
        raise ended.exception
    return ended.output


def test_a_matrix_has_a_line_for_each_of_its_runs(matrix: Path) -> None:
    head, _, passed, failed, broken, _, summary, *more = said(matrix).splitlines()
    assert head == "story   3 runs   runs/story/1/matrix.json"
    assert passed.startswith("  1  PASS    bfd on   app ") and passed.endswith("   runs/story/1/1/report.html")
    assert failed.startswith("  2  FAIL    bfd off   app ") and "report.html" not in failed
    assert broken == "  3  ERROR   bfd none   the lab was killed"
    assert summary == "  1 pass, 1 fail, 1 error of 3"
    assert more[-1] == "  dxemu report runs/story/1/3 shows one of them, and with --html FILE makes its page"


def test_it_is_what_the_run_has_written(matrix: Path) -> None:
    scenario, found = rows(matrix)
    assert matrix_json(scenario, found) == json.loads((matrix / MATRIX).read_text(encoding="utf-8"))
    assert json.loads(said(matrix, "--json")) == matrix_json(scenario, found)


def test_other_programs_are_told_of_all(matrix: Path) -> None:
    assert len(ElementTree.fromstring(said(matrix, "--junit", "-"))) == 3


@pytest.mark.parametrize("form", ["--html", "--markdown", "--trace"])
def test_a_page_is_of_one_run(matrix: Path, form: str) -> None:
    with pytest.raises(click.UsageError, match=r"one run\n  dxemu report runs/story/1/3 is of the latest; --junit is"):
        said(matrix, form, "x")
    assert not Path("x").exists()


def test_a_matrix_that_was_not_finished_is_listed(matrix: Path) -> None:
    (matrix / MATRIX).unlink()
    passed, failed, broken, _, more = said(matrix).splitlines()
    assert passed.startswith("runs/story/1/1  PASS ") and passed.endswith("   runs/story/1/1/report.html")
    assert failed.startswith("runs/story/1/2  FAIL ")
    assert broken.startswith("runs/story/1/3  CUT OFF ")
    assert more == "  dxemu report runs/story/1/3 shows the latest, and with --html FILE makes its page"
    assert [run["verdict"] for run in json.loads(said(matrix, "--json"))["runs"]] == ["pass", "fail", "cut off"]
    with pytest.raises(click.UsageError, match=r"dxemu report runs/story/1/3 is of the latest\.$"):
        said(matrix, "--junit", "-")


def test_the_runs_of_a_scenario_are_listed(matrix: Path) -> None:
    assert said("runs/story").endswith("\n\n  dxemu report runs/story/1 lists those of the latest\n")
    run_of(Path("runs", "story", "10"), rows(matrix)[1][0].result)
    of_matrix, single, _, more = said("runs/story").splitlines()
    assert of_matrix.startswith("runs/story/1   ERROR ") and "3 runs: 1 pass, 1 fail, 1 error" in of_matrix
    assert single.startswith("runs/story/10  PASS ")
    assert "dxemu report runs/story/10 shows" in more


def test_a_result_that_is_not_there_any_more_is_said_so(matrix: Path) -> None:
    (matrix / "1" / "result.json").write_text("{", encoding="utf-8")
    (matrix / "2" / "result.json").unlink()
    _, _, first, second, *_ = said(matrix).splitlines()
    assert first.startswith("  1  PASS    bfd on   its result.json is damaged   runs")
    assert second == "  2  FAIL    bfd off   its result.json cannot be read: No such file or directory"


def test_what_cannot_be_read_is_said(matrix: Path) -> None:
    (matrix / "1" / "result.json").write_text('{"schema": "dxemu.result/99"}', encoding="utf-8")
    with pytest.raises(NewerRun, match=r"runs/story/1/1/result.json is a 'dxemu.result/99'"):
        said(matrix)
    (matrix / MATRIX).write_text('{"scenario": "story", "runs": [{"problem": ""}]}', encoding="utf-8")
    with pytest.raises(NoRun, match=r"matrix.json is damaged\n  dxemu list --runs runs/story has"):
        said(matrix)
