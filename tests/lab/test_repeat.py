"""The same seed gives the same run, whatever Python has to read before the lab is built."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SCENARIO = "cut_primary_silently"
BY_THE_WALL_CLOCK = ("wall_s",)


def timeline(tree: Path, number: int) -> list[dict[str, object]]:
    """Run the tree's own dxemu, which leaves no compiled modules behind; its events."""
    done = subprocess.run(
        [sys.executable, "-m", "dxemu.cli.app", "run", f"scenarios/{SCENARIO}.yaml", "--seed", "7"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (tree / "runs" / SCENARIO / str(number) / "timeline.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k not in BY_THE_WALL_CLOCK} for line in lines]


@pytest.mark.lab
def test_compiled_modules_change_nothing(tmp_path: Path) -> None:
    """BIRD draws its jitter from the moment at which it starts, and imports move the virtual clock."""
    for part in ("dxemu", "scenarios", "topologies", "kernel"):
        shutil.copytree(REPOSITORY / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    cold = timeline(tmp_path, 1)
    assert not list(tmp_path.rglob("__pycache__"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", "dxemu"], cwd=tmp_path, check=True, timeout=60)
    assert timeline(tmp_path, 2) == cold
