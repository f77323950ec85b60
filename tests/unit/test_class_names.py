"""One class name means one thing: who reads `Probe` should not have to look where it was imported from."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "dxemu"


def test_no_name_of_a_class_is_given_twice() -> None:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py"))
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    twice = {name for name, count in names.items() if count > 1}
    assert twice == set(), "give the new one another name, of the field if there is one"
