"""A scenario file -> Scenario, or every mistake in it, and in its topology, at once."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from dxemu.errors import InputErrors, Problem, ProblemList
from dxemu.files import stem
from dxemu.scenario.expectations import ExpectationReader, Known
from dxemu.scenario.file import ScenarioFile
from dxemu.scenario.model import Scenario
from dxemu.scenario.names import names_in, names_of
from dxemu.scenario.probes import ProbeReader
from dxemu.scenario.steps import Faults, Names, StepReader
from dxemu.topology import yaml
from dxemu.topology.invalid import problems_of
from dxemu.topology.load import load as load_topology
from dxemu.topology.model import Topology
from dxemu.topology.words import quoted, suggestion


def load(path: Path, *, faults: Faults, actions: Faults | None = None, topology: Path | None = None) -> Scenario:
    """The scenario of a file, with its topology, changed as its `change` says.

    `faults` are the known faults: kind -> name of parameter -> what it names, one of the words of
    `dxemu.scenario.names` (anything else is taken as written). A step gives exactly one of these parameters;
    those whose word ends in `?` are optional and come on top. `actions` are the known actions, in the same way.
    `topology` is used instead of the one that the file names. `end` is None if the file has none: see `never_ends`.

    Raises InputErrors with every mistake of both files.
    """
    tree = yaml.read(path)
    if isinstance(tree.value, dict) and "topology" not in tree.value and "virtual_interfaces" in tree.value:
        problem = f"{path.name} is a topology, not a scenario"
        remedy = f"Break it with a scenario: dxemu run scenarios/NAME.yaml --topology {path}"
        raise InputErrors([Problem(tree.marks.key_at("virtual_interfaces"), "DX-S016", problem, remedy)])
    try:
        file = ScenarioFile.model_validate(tree.value)
    except ValidationError as error:
        raise InputErrors(problems_of(error, ScenarioFile, tree.marks)) from error
    problems = ProblemList()
    place = topology if topology is not None else topology_path(path, file.topology)
    built = _topology(place, file, tree, problems, named=topology is None)
    names = names_of(built) if built is not None else _names_in(place)
    probes = ProbeReader(names, file.end, tree.marks, problems).read(file.probes)
    reader = StepReader(faults, actions or {}, names, file.end, tree.marks, problems)
    steps, done = reader.read(file.steps), reader.read_actions(file.steps)
    known = Known(
        probes={name: kind for name, entry in file.probes.items() for kind in entry.kinds()},
        steps=steps,
        connections=(*names["connection"], *names["lag"], *names["tunnel"]) if names is not None else None,
        sessions=names["session"] if names is not None else None,
        end=file.end,
    )
    expect = ExpectationReader(known, tree.marks, problems).read(file.expect)
    if built is None or problems.problems:
        raise InputErrors(problems.problems)
    return Scenario(
        name=stem(path),
        story=file.story,
        topology=built,
        probes=probes,
        steps=steps,
        actions=done,
        topology_file=place,
        change=tree.below("change").value if file.change else None,
        expect=expect,
        end=file.end,
        see_also=file.see_also,
        marks=tree.marks,
    )


def json_schema() -> dict[str, object]:
    """The JSON schema of scenario files, for editors."""
    return ScenarioFile.model_json_schema()


def never_ends(scenario: Scenario, why: str) -> Problem:
    """The problem of a scenario without `end` for which none can be computed; `why` says what has no limit."""
    mark = scenario.steps[-1].mark if scenario.steps else scenario.marks.at()
    problem = f"the run can never end: {why}"
    return Problem(mark, "DX-S009", problem, "Say when it is over, for example end: 60 s.")


def topology_path(scenario: Path, name: str) -> Path:
    """Where the topology `name` of a scenario is: `../topologies/NAME.yaml`, or a path beside the scenario."""
    if name.endswith((".yaml", ".yml")) or "/" in name:
        return Path(os.path.normpath(scenario.parent / name))
    return Path(os.path.normpath(scenario.parent / ".." / "topologies" / f"{name}.yaml"))


def _names_in(topology: Path) -> Names | None:
    """The names of a topology that has mistakes, so that a scenario's own are shown with them; None if not YAML."""
    try:
        return names_in(yaml.read(topology).value)
    except InputErrors:
        return None


def _topology(
    place: Path, file: ScenarioFile, tree: yaml.Tree, problems: ProblemList, *, named: bool
) -> Topology | None:
    """The topology of a scenario, `named` in its file or given instead; None, and problems, if it has mistakes."""
    if named and not place.is_file():
        known = [entry.stem for entry in place.parent.glob("*.yaml")]
        remedy = suggestion(place.stem, known, f"{place.parent} has no topologies.")
        problem = f"there is no topology {quoted(file.topology)} in {place.parent}"
        problems.add(tree.marks.at("topology"), "DX-S001", problem, remedy)
        return None
    try:
        return load_topology(place, tree.below("change") if file.change else None)
    except InputErrors as errors:
        problems.problems += errors.problems
        return None
