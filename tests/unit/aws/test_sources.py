"""What is AWS's stands with the page that says it, and with the day on which that was read: each number by itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dxemu.aws
from dxemu.topology import check

MODULES = [path for path in sorted(Path(dxemu.aws.__path__[0]).glob("*.py")) if path.name != "__init__.py"]
RULES = sorted(Path(check.__path__[0]).glob("*.py"))
READ = re.compile(r"Source: .*;\s+read\s+20\d\d-\d\d-\d\d", re.DOTALL)
"""A page of AWS's changes: the day counts."""
STANDARD = re.compile(r"Source: (?:RFC \d+|swanctl\.conf\(5\), \d)|\(RFC \d+\)")
NOT_AWS = re.compile(r"dxemu's own|\bAssumed\b")
AS = re.compile(r"Source: as `(\w+)`")


def constants(path: Path) -> Iterator[tuple[str, str]]:
    """The public constants of a module with what stands behind each; "" if nothing does."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for node, behind in zip(body, [*body[1:], ast.Pass()], strict=True):
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        said = behind.value.value if isinstance(behind, ast.Expr) and isinstance(behind.value, ast.Constant) else ""
        for name in target.elts if isinstance(target, ast.Tuple) else [target]:
            if isinstance(name, ast.Name) and re.fullmatch("[A-Z][A-Z0-9_]*", name.id):
                yield name.id, str(said)


def without_source(known: dict[str, str]) -> list[str]:
    """The constants of which nobody knows where they are from; `as` leads to one of the same module that says it."""
    lacking = []
    for name, words in known.items():
        said = words
        for _ in known:
            if not (found := AS.search(said)):
                break
            said = known.get(found[1], "")
        if not any(pattern.search(said) for pattern in (READ, STANDARD, NOT_AWS)):
            lacking.append(name)
    return lacking


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_number_says_where_it_is_from_and_when_it_was_read(module: Path) -> None:
    assert without_source(dict(constants(module))) == []


@pytest.mark.parametrize("module", RULES, ids=lambda path: path.stem)
def test_a_number_of_a_rule_that_names_a_page_says_when_it_was_read(module: Path) -> None:
    named = {name: said for name, said in constants(module) if "Source" in said}
    assert without_source(named) == []


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_a_module_says_where_it_has_it_from_and_when(module: Path) -> None:
    assert re.search(r"(Guide|API|Source: .*)[^.]*;\s+read\s+20\d\d-\d\d-\d\d", module.read_text(encoding="utf-8"))


def test_what_would_be_found() -> None:
    known = {"A": "Source: Guide; read 2026-11-23.", "B": "Source: as `A`.", "C": "Ten.", "D": "Source: Guide."}
    assert without_source({**known, "E": "Source: as `F`.", "F": "Source: as `E`."}) == ["C", "D", "E", "F"]
