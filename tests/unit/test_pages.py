"""The README and the pages of docs/ name nothing that is not there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from dxemu.actions.base import Action
from dxemu.audit.base import Rule
from dxemu.faults.base import Fault
from dxemu.probes.base import Probe
from dxemu.story.expectations.base import Subject

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PLUGINS = ROOT / "docs" / "plugins.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
README_LIMIT = 9_000
EXAMPLE = "dxemu/faults/device_down.py"
"""The file that docs/architecture.md has somebody write."""
GROUPS = {"dxemu.expectations", "dxemu.audits"}
"""Entry points whose names are no package's."""
OURS = ("dxemu/", "docs/", "tests/", "scripts/", "benchmarks/", "tools/", "kernel/", "topologies/", "scenarios/")


def is_there(name: str) -> bool:
    """A package, a module, or a class of one."""
    path = ROOT / name.replace(".", "/")
    if path.name[0].isupper():
        module = path.parent.with_suffix(".py")
        return module.is_file() and f"class {path.name}" in module.read_text(encoding="utf-8")
    return path.is_dir() or path.with_suffix(".py").is_file()


def dead(page: Path, text: str) -> list[str]:
    """What the page names and nobody has: links, files of the repository, modules."""
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)|src=\"([^\"]+)\"", text) for link in link if link]
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    named = re.findall(r"`([\w./-]+/[\w./-]*)`", text)
    missing += [name for name in named if name.startswith(OURS) and not (ROOT / name).exists()]
    return missing + [name for name in re.findall(r"`(dxemu(?:\.\w+)+)`", text) if not is_there(name)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_names_what_is_there(page: Path) -> None:
    assert set(dead(page, page.read_text(encoding="utf-8"))) - {EXAMPLE} - GROUPS == set()


def test_a_dead_name_is_seen() -> None:
    modules = "`dxemu.no` `dxemu.faults.no` `dxemu.faults` `dxemu.errors.No` `dxemu.errors.LabError`"
    text = f"[a](docs/no.md) `dxemu/no.py` {modules} [b](docs/limits.md#x) `1/s`"
    assert dead(README, text) == ["docs/no.md", "dxemu/no.py", "dxemu.no", "dxemu.faults.no", "dxemu.errors.No"]


def test_the_readme_is_short_and_leads_everywhere() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.encode()) <= README_LIMIT
    assert [page.name for page in PAGES[1:] if f"](docs/{page.name}" not in text] == []


def test_the_layers_of_the_page_are_those_that_are_enforced() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (enforced,) = [one["layers"] for one in contract if one["type"] == "layers"]
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    said = page.partition("## Layers")[2].split("```")[1].split("\n")[1:-1]
    assert said == [layer.replace("dxemu.", "") for layer in enforced]


@pytest.mark.parametrize("kind", [Fault, Action, Probe, Subject, Rule], ids=lambda kind: kind.__name__)
def test_what_is_stable_is_there(kind: type) -> None:
    (said,) = re.findall(rf"^- `{kind.__name__}`: ([^.;]*)", PLUGINS.read_text(encoding="utf-8"), re.MULTILINE)
    names = re.findall(r"`(\w+)`", said.partition("(")[0] + said.rpartition(")")[2])
    known = {*dir(kind), *(name for base in kind.__mro__ for name in getattr(base, "__annotations__", {}))}
    assert len(names) > 3 and set(names) <= known, set(names) - known
