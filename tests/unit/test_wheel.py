"""What is installed has every file that dxemu reads: its modules, what lies beside them, and what it ships."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
SHIPPED = ("topologies", "scenarios", "kernel")


def files(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            yield str(file.relative_to(folder))


def test_it_has_every_file(tmp_path: Path) -> None:
    build = ["egg_info", "--egg-base", str(tmp_path), "build", "--build-base", str(tmp_path / "build")]
    env = {name: value for name, value in os.environ.items() if name != "DXEMU_WHEEL_KERNEL"}
    command = [sys.executable, "-W", "ignore", "setup.py", "-q", *build]
    done = subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    package = tmp_path / "build" / "lib" / "dxemu"
    built = set(files(package))
    assert {"host/lab_modules.txt", "report/html/page.html.j2", "py.typed", "shipped/kernel/build.sh"} <= built
    wanted = {name for name in files(REPOSITORY / "dxemu") if not name.startswith("shipped/")}
    wanted |= {f"shipped/{folder}/{name}" for folder in SHIPPED for name in files(REPOSITORY / folder)}
    assert built == wanted
    for script in ("build.sh", "source.sh"):
        there = REPOSITORY / "kernel" / script
        assert (package / "shipped" / "kernel" / script).stat().st_mode == there.stat().st_mode
