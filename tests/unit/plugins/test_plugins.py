"""Kinds that other distributions bring: found by their entry points, and told clearly when they are none."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import dxemu.plugins
from dxemu.actions.menu import kinds as actions
from dxemu.audit.menu import rules
from dxemu.faults.menu import kinds as faults
from dxemu.plugins import BrokenPlugin, folders_of, mentions
from dxemu.probes.menu import kinds as probes
from dxemu.story.expectations.menu import subjects
from dxemu.story.load import load

ROOT = Path(__file__).parents[3]
PLUGIN = ROOT / "tests" / "plugin"
STORY = f"""
topology: {ROOT}/topologies/backup_connection.yaml
probes: {{hello: {{greet: {{from: app, to: web, at: 2 s}}}}}}
steps:
  - {{at: 1 s, fault: {{line_down: {{circuit: metro}}}}, for: 2 s}}
  - {{at: 4 s, action: {{look_around: {{router: colo_router}}}}}}
expect:
  - {{greeted: hello, arrives: false}}
end: 6 s
"""


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Makes an installed distribution of these entry points, by hand."""

    def make(entries: str, **modules: str) -> None:
        about = tmp_path / "example-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: example\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(entries)
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.syspath_prepend(str(tmp_path))
        dxemu.plugins._mentioned.cache_clear()

    yield make
    dxemu.plugins._mentioned.cache_clear()
    for name in [name for name, module in sys.modules.items() if str(tmp_path) in str(getattr(module, "__file__", ""))]:
        del sys.modules[name]


def test_nothing_is_asked_for_where_nobody_brings_anything() -> None:
    code = "import sys; from dxemu.faults.menu import kinds; kinds(); assert 'importlib.metadata' not in sys.modules"
    subprocess.run([sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {code}"], check=True)


def test_one_of_each_kind(distribution, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    lines = (f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in names.items()) for group, names in groups.items())
    monkeypatch.syspath_prepend(str(PLUGIN))
    distribution("\n".join(lines))
    assert mentions("dxemu.faults")
    assert {"line_down"} <= set(faults()) and {"look_around"} <= set(actions()) and {"greet"} <= set(probes())
    assert {"greeted"} <= set(subjects()) and {"EX-001"} <= set(rules())
    assert folders_of([faults()["line_down"], probes()["greet"], faults()["cable_cut"]]) == (str(PLUGIN),)
    story = tmp_path / "story.yaml"
    story.write_text(STORY, encoding="utf-8")
    loaded = load(story)
    assert (loaded.steps[0].kind, loaded.probes[0].kind, loaded.actions[0].kind) == (
        "line_down",
        "greet",
        "look_around",
    )


@pytest.mark.parametrize(
    ("name", "module", "said"),
    [
        ("made_up", "import nothing_of_that_name", "made_up' of example 1.0 cannot be imported: ModuleNotFoundError"),
        ("made_up", "raise RuntimeError('no')", "cannot be imported: RuntimeError: no"),
        ("made_up", "class MadeUp: pass", "made_up defines no dxemu.faults.base.Fault that is complete"),
        ("cable_cut", "", "'cable_cut' of example 1.0 has a name that dxemu uses already"),
        ("other", None, "is 'made_up', and should be a module of that name"),
    ],
)
def test_a_broken_one_is_named(distribution, name: str, module: str | None, said: str) -> None:
    made = "made_up" if module is None else name
    distribution(f"[dxemu.faults]\n{name} = {made}\n", **{made: module or ""})
    with pytest.raises(BrokenPlugin) as error:
        faults()
    assert said in str(error.value) and error.value.exit_status == 2


def test_an_action_that_would_be_ignored_is_broken(distribution) -> None:
    """`planned` was the way of an action that lasts; nobody calls it now."""
    made_up = "from dxemu.actions.base import Action\nclass MadeUp(Action):\n    def planned(self, plan): return plan\n"
    distribution("[dxemu.actions]\nmade_up = made_up\n", made_up=made_up)
    with pytest.raises(BrokenPlugin, match=r"made_up' of example 1.0 cannot be .*defines `planned`.*gives its `patch`"):
        actions()


def test_the_page_names_every_group_and_base() -> None:
    page = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    entry_points = tomllib.loads((PLUGIN / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    assert [group for group in entry_points if f"| `{group}` |" not in page] == []
    bases = re.findall(r"`(dxemu[\w.]+)\.([A-Z]\w+)`", page)
    assert len(bases) > 6
    assert [name for module, name in bases if not hasattr(importlib.import_module(module), name)] == []
