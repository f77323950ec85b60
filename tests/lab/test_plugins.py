"""A distribution's fault, action, probe and expectation in the embedded kernel: installed, and in editable form."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
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


HOOK = """
import importlib.util, sys
class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "dxemu_example":
            return importlib.util.spec_from_file_location(name, {file!r}, submodule_search_locations=[{folder!r}])
sys.meta_path.append(Finder)
"""
"""What an editable installation can be: a hook that a .pth file imports. A lab does not read those."""


def install(site: Path, how: str) -> None:
    """Write what pip writes: the package, a .pth or a hook, and what the distribution says of itself."""
    plugin = ROOT / "tests" / "plugin"
    about = site / "dxemu_example-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: dxemu-example\nVersion: 1.0\n", encoding="utf-8")
    groups = tomllib.loads((plugin / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    lines = (f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in names.items()) for group, names in groups.items())
    (about / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    package = plugin / "dxemu_example"
    if how == "installed":
        shutil.copytree(package, site / "dxemu_example")
    elif how == "editable":
        (site / "example.pth").write_text(f"{plugin}\n", encoding="utf-8")
    else:
        hook = HOOK.format(file=str(package / "__init__.py"), folder=str(package))
        (site / "example_hook.py").write_text(hook, encoding="utf-8")
        (site / "example.pth").write_text("import example_hook\n", encoding="utf-8")


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize("how", ["installed", "editable", "editable by a hook"])
def test_a_plugin_runs_in_the_embedded_kernel(how: str, tmp_path: Path) -> None:
    site, story = tmp_path / "site", tmp_path / "story.yaml"
    install(site, how)
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
