"""A row of a plan is found by the plan's index: nobody goes through a table to find one."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dxemu.control.forward import forwarding
from dxemu.explain.state import State
from dxemu.plan.by_name import UnknownName
from dxemu.plan.index import by_key
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load

ROOT = Path(__file__).parents[3]
INDEX = ROOT / "dxemu" / "plan" / "index.py"
TABLES = frozenset(name for name, kind in Plan.__annotations__.items() if kind.startswith("tuple["))
KEYS = {"name", "node", "virtual_interface", "connection", "carrier", "place", "speaker"}
TOPOLOGIES = sorted((ROOT / "topologies").glob("*.yaml"))
BACKUP = ROOT / "topologies" / "backup_connection.yaml"


def searches(source: str) -> Iterator[int]:
    """The lines that go through a plan's table for the rows whose key is something, or return the first such row."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.comprehension) and is_table(node.iter):
            conditions = node.ifs
        elif isinstance(node, ast.For) and is_table(node.iter):
            conditions = [first.test for first in node.body[:1] if isinstance(first, ast.If)]
        else:
            continue
        row = node.target.id if isinstance(node.target, ast.Name) else ""
        if any(asks_for_key(part, row) for condition in conditions for part in parts(condition)):
            yield node.iter.lineno


def is_table(expression: ast.expr) -> bool:
    """`plan.TABLE`, `state.plan.TABLE` or `self._plan.TABLE`."""
    of, _, table = ast.unparse(expression).rpartition(".")
    return table in TABLES and of.rpartition(".")[2].lstrip("_") == "plan"


def parts(condition: ast.expr) -> list[ast.expr]:
    """What a condition asks for at once."""
    both = isinstance(condition, ast.BoolOp) and isinstance(condition.op, ast.And)
    return condition.values if both and isinstance(condition, ast.BoolOp) else [condition]


def asks_for_key(condition: ast.expr, row: str) -> bool:
    """`row.KEY == something`, either way round."""
    if not isinstance(condition, ast.Compare) or not isinstance(condition.ops[0], ast.Eq):
        return False
    return any(
        ast.unparse(side) in {f"{row}.{key}" for key in KEYS} for side in (condition.left, *condition.comparators)
    )


def test_a_row_is_found_by_the_index_only() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("dxemu", "tools")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path != INDEX
        for line in searches(path.read_text(encoding="utf-8"))
    ]
    assert found == [], f"ask the plan; what it has not yet belongs in {INDEX.name}"


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("next(c for c in plan.cables if c.name == name)", True),
        ("[g for g in state.plan.gateways if node == g.node and g.vpc_table]", True),
        ("for s in self._plan.sessions:\n    if s.virtual_interface == vif:\n        break", True),
        ("[c for c in plan.cables if c.role == role]", False),
        ("[c.name for c in plan.cables]", False),
        ("[v for v in topology.vpns if v.name == name]", False),
    ],
)
def test_what_is_a_search_is_told_from_what_is_none(line: str, is_one: bool) -> None:
    assert bool(list(searches(line))) is is_one


def test_a_row_stands_once_under_each_of_its_keys() -> None:
    assert by_key(["ab", "ba", "c"], lambda word: (*word, *word)) == {"a": ("ab", "ba"), "b": ("ab", "ba"), "c": ("c",)}


@pytest.mark.parametrize("path", TOPOLOGIES, ids=lambda path: path.stem)
def test_what_is_found_by_a_key_is_there_once(path: Path) -> None:
    plan = make_plan(load(path))
    for rows in (plan.nodes, plan.cables, plan.sessions, plan.speakers, plan.tunnels):
        assert len({row.name for row in rows}) == len(rows)
    assert len({gateway.node for gateway in plan.gateways}) == len(plan.gateways)
    assert len({service.node for service in plan.services}) == len(plan.services)


def test_an_index_is_neither_pickled_nor_compared() -> None:
    plan, fresh = (make_plan(load(TOPOLOGIES[0])) for _ in range(2))
    assert plan.node(plan.nodes[0].name) is plan.nodes[0]
    assert plan == fresh
    assert len(pickle.dumps(plan)) == len(pickle.dumps(fresh))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda plan: plan.session("primry"), "there is no session 'primry' in the plan\n  Did you mean 'primary'?"),
        (lambda plan: plan.node("nowhere"), "there is no node 'nowhere' in the plan\n  "),
        (lambda plan: forwarding(plan, frozenset({"primry"})), "Did you mean 'primary'?"),
        (lambda plan: State(load(BACKUP), plan).without(["primry"]), "Did you mean 'primary'?"),
    ],
    ids=["session", "node", "forwarding", "State.without"],
)
def test_a_name_that_is_not_there_is_told_with_the_nearest(asked: Callable[[Plan], object], says: str) -> None:
    with pytest.raises(UnknownName) as error:
        asked(make_plan(load(BACKUP)))
    assert says in str(error.value) and isinstance(error.value, KeyError) and error.value.exit_status == 2
