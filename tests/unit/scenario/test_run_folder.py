"""A run's folder is below the folder of runs, whatever the scenario's file is called, and each file has its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dxemu.errors import FileError
from dxemu.run.run_folder import MARK, name_of, run_folder


def file_at(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def made(base: Path, scenario: Path) -> str:
    return str(run_folder(base, scenario).path.relative_to(base.resolve()))


def test_runs_of_a_file_are_numbered(tmp_path: Path) -> None:
    scenario = file_at(tmp_path / "scenarios" / "cut.yaml")
    base = tmp_path / "runs"
    assert [made(base, scenario) for _ in range(3)] == ["cut/1", "cut/2", "cut/3"]
    (base / "cut" / "7").mkdir()
    (base / "cut" / "²").mkdir()
    assert made(base, scenario) == "cut/8"


def test_files_of_one_name_do_not_share_a_folder(tmp_path: Path) -> None:
    ours, theirs = file_at(tmp_path / "ours" / "cut.yaml"), file_at(tmp_path / "theirs" / "cut.yml")
    base = tmp_path / "runs"
    assert made(base, ours) == "cut/1"
    name, number = made(base, theirs).split("/")
    assert (name[:4], len(name), number) == ("cut-", 12, "1")
    assert made(base, theirs) == f"{name}/2"
    assert made(base, ours) == "cut/2"
    link = tmp_path / "link" / "cut.yaml"
    link.parent.mkdir()
    link.symlink_to(ours)
    assert made(base, link) == "cut/3"


def test_runs_of_before_are_taken_over_and_move_with_their_scenario(tmp_path: Path) -> None:
    scenario = file_at(tmp_path / "a" / "scenarios" / "cut.yaml")
    (tmp_path / "a" / "runs" / "cut" / "4").mkdir(parents=True)
    assert made(tmp_path / "a" / "runs", scenario) == "cut/5"
    (tmp_path / "a").rename(tmp_path / "b")
    assert made(tmp_path / "b" / "runs", tmp_path / "b" / "scenarios" / "cut.yaml") == "cut/6"
    assert (tmp_path / "b" / "runs" / "cut" / MARK).read_text() == "../scenarios/cut.yaml\n"


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("cut.yaml", "cut"),
        ("cut it.v2.yaml", "cut it.v2"),
        ("schnitt_für_jürgen.yaml", "schnitt_für_jürgen"),
        ("...yaml", "__"),
        ("..yaml", "_"),
        ("....yaml", "___"),
        (".yaml", "_yaml"),
        ("-x.yaml", "_x"),
        ("a\nb\x1b[31m.yaml", "a_b_[31m"),
        (os.fsdecode(b"caf\xe9.yaml"), "caf�"),
        ("x" * 250 + ".yaml", "x" * 100),
        ("é" * 120 + ".yaml", "é" * 50),
    ],
)
def test_no_name_leads_elsewhere_or_cannot_be_typed(file: str, name: str, tmp_path: Path) -> None:
    assert name_of(Path(file)) == name
    folder = run_folder(tmp_path / "runs", file_at(tmp_path / file)).path
    assert folder == (tmp_path / "runs" / name / "1").resolve()


def test_a_base_below_a_file_is_said_with_the_file(tmp_path: Path) -> None:
    file = file_at(tmp_path / "file")
    with pytest.raises(FileError, match="file is a file, not a folder\n  name another folder with --runs"):
        run_folder(file / "runs", file_at(tmp_path / "cut.yaml"))
    with pytest.raises(FileError, match="something else of that name is there"):
        run_folder(file, tmp_path / "cut.yaml")
