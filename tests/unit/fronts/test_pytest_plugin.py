"""pytest finds scenarios with --dxemu, and only with it; a mistake in one is shown as `dxemu check` shows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dxemu.topology.shipped import SCENARIO, folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "notes.yaml").write_text("# topology: none\nstory: no scenario\n", encoding="utf-8")
    text = (folder(SCENARIO) / "cut_primary_silently.yaml").read_text(encoding="utf-8")
    (tmp_path / "cut.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(text.replace("connection: primary", "connection: primry"), encoding="utf-8")
    return tmp_path


def pytest_in(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "dxemu.pytest_plugin", "-p", "no:randomly", "-q", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_scenarios_are_collected_when_they_are_asked_for(project: Path) -> None:
    assert pytest_in(project, "--dxemu", "--collect-only").stdout.splitlines()[:2] == [
        "cut.yaml::cut",
        "wrong.yaml::wrong",
    ]
    assert "no tests collected" in pytest_in(project, "--collect-only").stdout


def test_a_mistake_is_shown_with_its_place(project: Path) -> None:
    done = pytest_in(project, "--dxemu", "wrong.yaml")
    assert done.returncode == 1
    assert "wrong.yaml:7:" in done.stdout and "DX-S004" in done.stdout and "Did you mean 'primary'?" in done.stdout
    assert "Traceback" not in done.stdout
