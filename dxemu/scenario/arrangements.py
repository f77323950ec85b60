"""The page that lists the arrangements: `docs/arrangements.md`, made of the topologies and scenarios themselves.

`python -m dxemu.scenario.arrangements` writes it, and the pictures beside it; a test compares it with what is there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

from dxemu.faults.menu import fault_of
from dxemu.measure.words import bounds
from dxemu.plan.forward import forwarding
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan, Role, Side
from dxemu.plan.predict import Pair, Prediction, predict
from dxemu.report.picture.draw import draw
from dxemu.scenario.model import FaultStep
from dxemu.scenario.names import names_of
from dxemu.topology import yaml
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from dxemu.units import Seconds

PAGE = Path("docs", "arrangements.md")
PICTURES = Path("docs", "pictures")
FIRST = ("backup_connection", "backup_connection_by_circuit")
INTRODUCTION = """\
# Arrangements

Every arrangement here is one file in [`topologies/`](../topologies) and is broken by the scenarios below it. What it
survives is computed from the file, as `dxemu run` predicts it: the longest outage of any host and VPC, or of hosts at
two sites, in either direction, for everything that can fail alone. *Until repair* means that no other way is left. This
page is written by `scripts/arrangements`.
"""
KINDS = (
    ("connection", "cable_cut", "connection"),
    ("connection", "cable_silent", "connection"),
    ("circuit", "cable_cut", "circuit"),
    ("circuit", "cable_silent", "circuit"),
    ("internet", "cable_cut", "line to the Internet of"),
    ("internet", "cable_silent", "line to the Internet of"),
    ("router", "node_down", "router"),
    ("device", "node_down", "AWS device"),
    ("tunnel", "node_down", "AWS's endpoint of"),
    ("location", "location_down", "location"),
)
PLURALS = {"line to the Internet of": "lines to the Internet of", "AWS's endpoint of": "endpoints of"}
WORDS = {"cable_cut": "is cut", "cable_silent": "falls silent", "node_down": "dies", "location_down": "loses power"}


def page(root: Path) -> str:
    """The page for the topologies and scenarios under `root`."""
    stories = scenarios_of(root)
    names = sorted(path.stem for path in (root / "topologies").glob("*.yaml"))
    ordered = [*FIRST, *(name for name in names if name not in FIRST)]
    return "\n".join([INTRODUCTION, *(_section(root, name, stories.get(name, [])) for name in ordered)])


def scenarios_of(root: Path) -> Mapping[str, list[tuple[str, str]]]:
    """Name and story of the scenarios that break each topology."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((root / "scenarios").glob("*.yaml")):
        value = yaml.read(path).value
        if isinstance(value, dict):
            found.setdefault(str(value["topology"]), []).append((path.stem, str(value.get("story", ""))))
    return found


def picture(root: Path, name: str) -> str:
    """The SVG of a topology."""
    topology = load(root / "topologies" / f"{name}.yaml")
    return draw(topology, make_plan(topology))


def _section(root: Path, name: str, stories: list[tuple[str, str]]) -> str:
    topology = load(root / "topologies" / f"{name}.yaml")
    listed = [f"- [{scenario}](../scenarios/{scenario}.yaml): {story}" for scenario, story in stories]
    lines = [
        f"## {name}",
        "",
        topology.story,
        "",
        f"[![{name}](pictures/{name}.svg)](pictures/{name}.svg)",
        "",
        *([*listed, ""] if listed else []),
        "| what fails | outage |",
        "| --- | --- |",
        *(f"| {what} | {outage} |" for what, outage in survives(topology, make_plan(topology))),
        "",
    ]
    return "\n".join(lines)


def survives(topology: Topology, plan: Plan) -> Iterator[tuple[str, str]]:
    """Everything that can fail alone, and the longest outage that it costs; what costs the same is one row."""
    names = names_of(topology)
    pairs = tuple(_pairs(plan))
    used = {node.name for node in plan.nodes} | {cable.name for cable in plan.cables} | {n.place for n in plan.nodes}
    for target, kind, noun in KINDS:
        rows: dict[str, list[str]] = {}
        for name in names[target]:
            if target in ("device", "location") and name not in used:
                continue
            step = FaultStep(
                id=kind, kind=kind, at=Seconds(0), duration=None, parameters={target: name}, mark=topology.marks.at()
            )
            impact = fault_of(step).impact(plan, kind, Seconds(0), None)
            rows.setdefault(_worst(predict(plan, [impact], pairs)), []).append(f"`{name}`")
        for outage, elements in rows.items():
            what = noun if len(elements) == 1 else f"any of the {PLURALS.get(noun, f'{noun}s')}"
            yield f"{what} {', '.join(elements)} {WORDS[kind]}", outage


def _pairs(plan: Plan) -> Iterator[Pair]:
    """Each host with each instance that it is there for; with a public service where there is no VPC.

    And the hosts of two sites that reach each other.
    """
    hosts = [node.name for node in plan.nodes if node.role is Role.HOST and node.side is Side.CUSTOMER]
    far = [node.name for node in plan.nodes if node.role is Role.INSTANCE]
    far = far or [node.name for node in plan.nodes if node.role is Role.SERVICE and node.side is Side.AWS]
    waiting = [s for s in plan.sessions if not s.confirmed]
    for host in hosts:
        for instance in far if not waiting else far[:1]:
            yield Pair(instance, host, instance)
    tables = forwarding(plan)
    for one, other in combinations(hosts, 2):
        if plan.node(one).place != plan.node(other).place and tables.way(one, plan.address_of(other)).arrives:
            yield Pair(other, one, other)


def _worst(predictions: tuple[Prediction, ...]) -> str:
    if not predictions:
        return "not predicted: nothing is measured here"
    worst = max(predictions, key=lambda p: p.outage.high_s)
    if worst.outage.high_s == 0:
        return "none"
    if math.isinf(worst.outage.high_s):
        return "until repair"
    return bounds(worst.outage.low_s * 1e3, worst.outage.high_s * 1e3)


def main() -> None:
    """Write the page and the pictures under the current folder."""
    root = Path()
    (root / PICTURES).mkdir(exist_ok=True)
    for path in sorted((root / "topologies").glob("*.yaml")):
        (root / PICTURES / f"{path.stem}.svg").write_text(picture(root, path.stem), encoding="utf-8")
    (root / PAGE).write_text(page(root), encoding="utf-8")


if __name__ == "__main__":
    main()
