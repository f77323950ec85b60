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


@pytest.mark.parametrize("package", PURE)
def test_a_dataclass_is_frozen(package: str) -> None:
    for module in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            for how in node.decorator_list if isinstance(node, ast.ClassDef) else ():
                assert isinstance(node, ast.ClassDef)
                if ast.unparse(how).split("(")[0] != "dataclass":
                    continue
                said = {key.arg: ast.unparse(key.value) for key in how.keywords} if isinstance(how, ast.Call) else {}
                assert set(said.values()) <= {"True"}, f"{module.name}: {node.name} says {said}"
                assert "frozen" in said or node.name in BUILT_UP, f"{module.name}: {node.name} can be changed"


@pytest.mark.parametrize("package", PURE)
def test_a_class_of_fields_is_a_dataclass(package: str) -> None:
    """Else it takes nothing and equals itself only. A plan's index says what the plan has that it is a part of."""
    for module in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.bases:
                fields = [one for one in node.body if isinstance(one, ast.AnnAssign)]
                made_by = {ast.unparse(how).split("(")[0] for how in node.decorator_list}
                own = any(isinstance(one, ast.FunctionDef) and one.name == "__init__" for one in node.body)
                assert not fields or own or node.name == "PlanIndex" or made_by & MAKERS, f"{module.name}: {node.name}"
