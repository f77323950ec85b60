"""A distribution's fault, action, probe and expectation in the embedded kernel: installed by pip, editable or not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORY = f"""
topology: {ROOT}/topologies/backup_connection.yaml
probes:
  hello: {{greet: {{from: app, to: web, at: 2 s}}}}
  again: {{greet: {{from: app, to: web, at: 8 s}}}}
steps:
  - {{at: 1 s, fault: {{line_down: {{circuit: metro}}}}, for: 3 s}}
  - {{at: 6 s, action: {{look_around: {{router: colo_router}}}}}}
expect:
  - {{greeted: hello, arrives: false}}
  - {{greeted: again, arrives: true}}
end: 10 s
"""


def install(prefix: Path, how: str) -> Path:
    """By pip, from a copy: an editable installation writes beside the package. Gives where it is installed."""
    source = prefix / "source"
    shutil.copytree(ROOT / "tests" / "plugin", source)
    if how == "editable by a path":  # where the package lies below its project's folder as it is imported
        with (source / "pyproject.toml").open("a", encoding="utf-8") as project:
            project.write('package-dir = { "" = "." }\n')
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    alone = ["--no-index", "--no-deps", "--no-build-isolation", "--prefix", str(prefix)]
    what = ["--editable", str(source)] if how.startswith("editable") else [str(source)]
    done = subprocess.run([*pip, *alone, *what], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(sysconfig.get_path("purelib", vars={"base": str(prefix)}))


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize("how", ["installed", "editable by a path", "editable by a hook"])
def test_a_plugin_runs_in_the_embedded_kernel(how: str, tmp_path: Path) -> None:
    site, story = install(tmp_path / "prefix", how), tmp_path / "story.yaml"
    story.write_text(STORY, encoding="utf-8")
    start = f"import site; site.addsitedir({str(site)!r}); from dxemu.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", start, "run", str(story), "--runs", str(tmp_path / "runs")],
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Greeting of hello" in done.stdout and "at 8.0 s: arrived" in done.stdout
