"""The page that lists the arrangements: `docs/arrangements.md`, made of the topologies and scenarios themselves.

`python -m tools.arrangements` writes it, and the pictures beside it; a test compares it with what is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from dxemu.audit.elements import Outcome, failures, modes, outcomes
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.report.picture.draw import draw
from dxemu.topology import yaml
from dxemu.topology.load import load
from dxemu.topology.model import Topology
from dxemu.words import until_repair

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
    found = outcomes(plan, failures(topology, plan))
    for mode in modes():
        rows: dict[str, list[str]] = {}
        for outcome in found:
            (failure,) = outcome.failures
            if failure.mode is mode:
                rows.setdefault(outage_in_words(outcome), []).append(f"`{failure.name}`")
        for outage, elements in rows.items():
            what = mode.noun if len(elements) == 1 else f"any of the {mode.plural}"
            yield f"{what} {', '.join(elements)} {mode.verb}", outage


def outage_in_words(outcome: Outcome) -> str:
    """`until repair`, `none`, `599 - 913 ms`."""
    if outcome.worst is None:
        return "not predicted: nothing is measured here"
    return until_repair(outcome.outage.low_s, outcome.outage.high_s)


def main() -> None:
    """Write the page and the pictures under the current folder."""
    root = Path()
    (root / PICTURES).mkdir(exist_ok=True)
    for path in sorted((root / "topologies").glob("*.yaml")):
        (root / PICTURES / f"{path.stem}.svg").write_text(picture(root, path.stem), encoding="utf-8")
    (root / PAGE).write_text(page(root), encoding="utf-8")


if __name__ == "__main__":
    main()
