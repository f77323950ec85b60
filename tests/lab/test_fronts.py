"""What other programs make of dxemu: pytest with the example of docs/python.md, and programs of asyncio."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dxemu.host import kernel_store
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


@pytest.mark.slow
def test_a_wheel_has_all_that_the_main_job_needs(tmp_path: Path) -> None:
    source, site = tmp_path / "source", tmp_path / "site"
    source.mkdir()
    for name in ("dxemu", "topologies", "scenarios", "kernel"):
        shutil.copytree(REPOSITORY / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.py", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(REPOSITORY / name, source)
    kernel = kernel_store.require().path.parent
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation"]
    env = {**os.environ, "DXEMU_WHEEL_KERNEL": str(kernel)}
    made = subprocess.run(
        [*pip, "--target", str(site), str(source)], env=env, capture_output=True, text=True, timeout=240, check=False
    )
    assert made.returncode == 0, made.stderr
    shutil.rmtree(source)
    env = {**os.environ, "PYTHONPATH": str(site), "XDG_CACHE_HOME": str(tmp_path / "no_cache")}
    done = subprocess.run(
        [sys.executable, "-m", "dxemu", "run", "cut_primary_silently", "--json", "-"],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"] == "pass"
    info = json.loads((site / "dxemu" / "shipped" / "built" / kernel.name / "info.json").read_text(encoding="utf-8"))
    assert "/" not in info["source"]


def test_the_same_lab_for_asyncio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    async def look() -> None:
        async with async_lab("backup_connection") as lab:
            assert await lab.advance("5 s") == pytest.approx(5.0, abs=0.001)
            ran, status = await asyncio.gather(lab.exec("app", "true"), lab.status())
            assert (ran.status, status["virtual_interfaces"]["primary"]) == (0, "available")

    asyncio.run(look())
    assert not list((tmp_path / "dxemu" / "labs").iterdir())
