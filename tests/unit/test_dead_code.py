"""What nobody names outside its own definition is dead, and goes: tests alone keep nothing alive."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import dxemu

PACKAGE = Path(dxemu.__file__).parent
ROOT = PACKAGE.parent
USERS = [PACKAGE, *(ROOT / folder for folder in ("tools", "scripts", "benchmarks", "examples"))]
WORD = re.compile(r"\w+")
CALLED_BY_OTHERS = {
    "cli/app.py": {"format_commands"},  # click
    "cli/explain.py": {"format_usage"},
    "cli/shells.py": {"get_completion_args", "format_completion"},
    "daemons/exabgp_child.py": {"_wait_for_io", "_listen_for_neighbors"},  # ExaBGP
    "daemons/exabgp_connect.py": {"establish"},
    "daemons/exabgp_wire.py": {"_read_open", "_read_ka"},
    "finished.py": {"to_pandas"},  # who uses dxemu from Python
    "host/native.py": {"makeIntfPair", "isUp"},  # Mininet
    "lab/limits.py": {"read_limits"},  # tests inside a lab, of the kernel
    "measure/availability.py": {"left_s"},  # the page's template
    "predict/windows.py": {"contains"},  # tests inside a lab, of what they have measured
    "pytest_plugin.py": {"pytest_addoption", "pytest_collect_file", "runtest", "reportinfo"},
}
"""What a library, a page or a lab's own tests call by its name."""


def defined(tree: ast.Module) -> Iterator[str]:
    """Functions, methods and constants. Classes of kinds are found by their files, and commands by their decorators."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("__"):
            yield from () if any(isinstance(one, ast.Call) for one in node.decorator_list) else (node.name,)
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        yield from (target.id for target in targets if isinstance(target, ast.Name) and not target.id.startswith("__"))


def named(tree: ast.Module) -> Iterator[str]:
    """Every name that code says, also as a text without blanks; each definition says its own once."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.alias(name=name) | ast.keyword(arg=str(name)):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.Constant(value=str(text)) if " " not in text:
                yield from WORD.findall(text)


def test_everything_is_used_by_more_than_tests() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for folder in USERS for path in folder.rglob("*.py")}
    said = Counter(name for tree in trees.values() for name in named(tree))
    dead = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for path, tree in trees.items()
        if path.is_relative_to(PACKAGE)
        for name in defined(tree)
        if said[name] < 2 and name not in CALLED_BY_OTHERS.get(path.relative_to(PACKAGE).as_posix(), ())
    ]
    assert dead == [], "take it out, with what tests it"
