"""What other programs make of dxemu: pytest with the example of docs/python.md, and programs of asyncio."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dxemu.labs.async_live import async_lab
from tests.lab.guest import REPOSITORY

pytestmark = pytest.mark.lab


@pytest.mark.slow
def test_the_example_of_pytest(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-p", "dxemu.pytest_plugin", "--dxemu", "-n", "2", "-q", "-rA"]
    options = ["--dxemu-runs", str(tmp_path / "runs"), str(REPOSITORY / "examples" / "pytest")]
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    done = subprocess.run(
        [*command, *options], env=env, cwd=REPOSITORY, capture_output=True, text=True, timeout=240, check=False
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr
    assert (tmp_path / "runs" / "the_backup_takes_over" / "1" / "result.json").is_file()
    assert not list((tmp_path / "state" / "dxemu" / "labs").iterdir())


def test_a_scenario_that_fails_says_so(tmp_path: Path) -> None:
    text = (REPOSITORY / "examples" / "pytest" / "scenarios" / "the_backup_takes_over.yaml").read_text(encoding="utf-8")
    (tmp_path / "fails.yaml").write_text(text.replace("via: backup", "via: primary"), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "dxemu.pytest_plugin", "--dxemu", "-q", "fails.yaml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 1
    assert "FAIL   1 of 2 expectations failed" in done.stdout
    assert str(tmp_path / "runs" / "fails" / "1") in done.stdout.replace("\n", "") or "runs/fails/1" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_page_about_python(tmp_path: Path) -> None:
    """What it shows first is run, and a lab shows itself."""
    code = (REPOSITORY / "docs" / "python.md").read_text(encoding="utf-8").split("```python\n")[1].partition("```")[0]
    code = code.replace('"1000/s"', '"100/s"') + "    assert '<td>available</td>' in lab._repr_html_()\n"
    env = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("True ") and "DX-A002" in done.stdout


def test_the_same_lab_for_asyncio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    async def look() -> None:
        async with async_lab("backup_connection") as lab:
            assert await lab.advance("5 s") == pytest.approx(5.0, abs=0.001)
            ran, status = await asyncio.gather(lab.exec("app", "true"), lab.status())
            assert (ran.status, status["virtual_interfaces"]["primary"]) == (0, "available")

    asyncio.run(look())
    assert not list((tmp_path / "dxemu" / "labs").iterdir())
