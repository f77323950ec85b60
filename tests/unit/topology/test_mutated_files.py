"""Whatever is done to a file, loading it says so in InputErrors, at places that exist, and never breaks.

A topology in which nothing was found has a plan, and can be audited.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from dxemu.audit.menu import make_audit
from dxemu.errors import InputErrors
from dxemu.plan.make import make_plan
from dxemu.report.audit import to_json
from dxemu.report.codes import codes
from dxemu.report.problems import render
from dxemu.story.load import load as load_scenario
from dxemu.topology import yaml
from dxemu.topology.load import loads

ROOT = Path(__file__).parents[3]
VALID = Path(__file__).parent / "valid"
TEXTS = [path.read_text() for folder in (ROOT / "topologies", VALID) for path in sorted(folder.glob("*.yaml"))]
SCENARIOS = [path.read_text() for path in sorted((ROOT / "scenarios").glob("*.yaml"))]
TREES = [yaml.parse(text, "t").value for text in TEXTS]
SCENARIO_TREES = [yaml.parse(text, "t").value for text in SCENARIOS]
PIECES = st.one_of(
    st.text(max_size=4),
    st.sampled_from([*"[]{}:,-&*!%@#|>\"'\t\n?", "- ", ": ", "&a ", "*a", "!!int ", "---\n", "<<: ", "on"]),
)
WORDS = st.sampled_from(
    (
        *("", "primary", "backup", "vgw", "colo_router", "10 Gbps", "0 s", "3", "300 ms x 3", "10.0.0.1"),
        *("10.0.0.0/16", "169.254.1.1/30", "169.254.1.1/31", "0.0.0.0/0", "7224:7300", "9" * 400 + " s", "circuit"),
        *("off", "end"),
    )
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=6), WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def paths(tree: object) -> list[tuple[Any, ...]]:
    children = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [(), *((key, *rest) for key, value in children for rest in paths(value))]


@st.composite
def mutated_text(draw: st.DrawFn, texts: list[str]) -> str:
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(PIECES) + text[start + draw(st.integers(0, 12)) :]
    return text


@st.composite
def mutated_tree(draw: st.DrawFn, trees: list[Any]) -> str:
    tree = copy.deepcopy(draw(st.sampled_from(trees)))
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(paths(tree)[1:]))
        here = tree
        for key in path:
            here = here[key]
        change = draw(st.sampled_from(("replace", "remove", "rename")))
        if change == "replace":
            here[last] = draw(VALUES)
        elif change == "remove" or isinstance(here, list):
            del here[last]
        else:
            here[draw(WORDS)] = here.pop(last)
        if not tree:
            break
    return json.dumps(tree, ensure_ascii=False, indent=1)


def check_problems(errors: InputErrors) -> None:
    assert errors.problems
    assert render(errors)
    for problem in errors.problems:
        assert problem.code in codes()
        assert problem.mark.line >= 1
        assert problem.mark.column >= 1
        assert problem.problem
        assert problem.remedy.endswith((".", "?", "}"))


@given(st.one_of(mutated_text(TEXTS), mutated_tree(TREES)))
@example("a: &a [*a]")
@example("x: !!int y")
@example("a: &a 1\nb: &a 2")
@example("%YAML 9.9\n---\na: 1")
@example('{"virtual_interfaces": {"": 1}, "": 2}')
def test_mutated_topology(text: str) -> None:
    try:
        topology = loads(text)
    except InputErrors as errors:
        check_problems(errors)
    else:
        plan = make_plan(topology)
        assert plan.nodes
        assert to_json(make_audit(topology, plan))


@given(st.one_of(mutated_text(SCENARIOS), mutated_tree(SCENARIO_TREES)))
def test_mutated_scenario(tmp_path_factory: Any, text: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "mutations" / "scenarios"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "mutated.yaml"
    path.write_text(text, encoding="utf-8", errors="replace")
    topology = ROOT / "topologies" / "backup_connection.yaml"
    for instead in (topology, None):
        try:
            load_scenario(path, topology=instead)
        except InputErrors as errors:
            check_problems(errors)
