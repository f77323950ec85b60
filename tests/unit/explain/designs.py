"""Designs of the repository, and changes of them, as states that can be explained."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dxemu.explain.state import State
from dxemu.plan.make import make_plan
from dxemu.topology.load import load

TOPOLOGIES = Path(__file__).parents[3] / "topologies"
NAMES = sorted(path.stem for path in TOPOLOGIES.glob("*.yaml"))


@cache
def state_of(name: str) -> State:
    """The design as it is when all is well."""
    topology = load(TOPOLOGIES / f"{name}.yaml")
    return State(topology, make_plan(topology))


def changed(name: str, **change: object) -> State:
    """The design with `change` laid over it."""
    topology = load(TOPOLOGIES / f"{name}.yaml", change)
    return State(topology, make_plan(topology))
