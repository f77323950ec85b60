"""The README and the pages of docs/ name nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
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
