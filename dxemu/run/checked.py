"""What `dxemu check` says of a file, which may be a topology or a scenario. Nothing is started for it.

A topology is answered without what only scenarios need, whose import takes as long as the check itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dxemu.files import stem
from dxemu.plan.ends_apart import ends_apart
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology import document, yaml
from dxemu.topology.model import Topology
from dxemu.words import count

if TYPE_CHECKING:
    from dxemu.story.variant import Variant


def checked(path: Path) -> str:
    """Check a scenario, or a topology, which has no `steps`. Says in a few words what it is. Raises InputErrors."""
    tree = yaml.read(path)
    if isinstance(tree.value, dict) and "topology" not in tree.value:
        topology = document.of_tree(tree, stem(path)).topology()
        plan = make_plan(topology)
        return f"a topology of {len(plan.nodes)} nodes and {len(plan.cables)} cables{warnings(topology, plan)}"
    return _scenario(path, tree)


def _scenario(path: Path, tree: yaml.Tree) -> str:
    from dxemu.run.prepare import prepare

    rehearsal = prepare(path)
    scenario = rehearsal.scenario
    lines = _check_matrix(path, tree)
    steps = len(scenario.steps) + len(scenario.actions) + len(scenario.changes)
    expect = len(scenario.expect)
    words = f"a scenario of {count(steps, 'step')} and {count(expect, 'expectation')}, over in {rehearsal.end}"
    words += f", with a matrix of {count(lines, 'run')}" if lines else ""
    return words + warnings(scenario.topology, rehearsal.plan)


def _check_matrix(path: Path, tree: yaml.Tree) -> int:
    """How many lines the matrix of a scenario has; 0: none. Raises InputErrors, also for what a line would be."""
    from dxemu.run.prepare import prepare
    from dxemu.story.any_of import settled
    from dxemu.story.matrix import matrix_of

    matrix = matrix_of(tree)
    if matrix is None:
        return 0
    prepared: list[Variant] = []
    for line in matrix.lines():
        variant = settled(tree, line.variant)
        if variant not in prepared:
            prepared.append(variant)
            prepare(path, variant=variant)
    return matrix.size


def warnings(topology: Topology, plan: Plan) -> str:
    """A line for each session whose ends do not fit: allowed, since failing to come up can be what is rehearsed.

    And for each key that most routers would cut off at its end, and each other setting that the ends have differently.
    """
    found = [
        (s.mismatch.path, f"session {s.name} will not come up: {s.mismatch.text}")
        for s in plan.sessions
        if s.mismatch is not None
    ]
    found += [
        (
            ("virtual_interfaces", vif.name, "auth_key"),
            f"the MD5 key of '{vif.name}' ends in a space, which is a part of it; most routers cut it off",
        )
        for vif in topology.virtual_interfaces
        if vif.auth_key is not None and vif.auth_key != vif.auth_key.rstrip()
    ]
    found += [(one.path, f"ends of {one.name} differ: {one.text}") for one in ends_apart(topology)]
    return "".join(f"\n{topology.marks.at(*path)}: warning: {words}" for path, words in found)
