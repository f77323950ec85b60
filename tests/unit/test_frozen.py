"""Values are values: a dataclass of the pure half cannot be changed, unless it is one of the few that are built up."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "dxemu"
PURE = ("aws", "bgp", "control", "predict", "measure", "plan", "events", "topology", "audit", "explain", "faults")
MAKERS = {"dataclass", "value", "dataclass_transform"}
BUILT_UP = {
    *("_Settling", "Edge", "Period", "OlderBin", "OlderPackets", "ProbeLog", "_Merge", "Repaired", "_Walk"),
    *("Heard", "State"),
}
"""What collects while something is read or computed."""


def classes(package: str) -> list[tuple[str, ast.ClassDef]]:
    """Of all modules of a package, with what they stand in."""
    found = [
        (module.name, node)
        for module in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert found, "a package of this name has classes"
    return found


@pytest.mark.parametrize("package", PURE)
def test_a_dataclass_is_frozen(package: str) -> None:
    for module, node in classes(package):
        for how in node.decorator_list:
            if ast.unparse(how).split("(")[0] != "dataclass":
                continue
            said = {key.arg: ast.unparse(key.value) for key in how.keywords} if isinstance(how, ast.Call) else {}
            assert set(said.values()) <= {"True"}, f"{module}: {node.name} says {said}"
            assert "frozen" in said or node.name in BUILT_UP, f"{module}: {node.name} can be changed"


def test_what_is_built_up_is_still_there() -> None:
    assert {node.name for package in PURE for _, node in classes(package)} >= BUILT_UP


@pytest.mark.parametrize("package", PURE)
def test_a_class_of_fields_is_a_dataclass(package: str) -> None:
    """Else it takes nothing and equals itself only. A plan's index says what the plan has that it is a part of."""
    for module, node in classes(package):
        if not node.bases:
            fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
            made_by = {ast.unparse(how).split("(")[0] for how in node.decorator_list}
            own = any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body)
            assert not fields or own or node.name == "PlanIndex" or made_by & MAKERS, f"{module}: {node.name}"
