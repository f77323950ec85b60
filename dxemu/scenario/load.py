"""A scenario file -> Scenario, or every mistake in it, and in its topology, at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from dxemu.errors import InputErrors, Problem, ProblemList
from dxemu.scenario.expectations import ExpectationReader, Known
from dxemu.scenario.file import ProbeEntry, ScenarioFile
from dxemu.scenario.model import Scenario, UdpProbe
from dxemu.scenario.names import names_in, names_of
from dxemu.scenario.steps import Faults, Names, StepReader
from dxemu.topology import yaml
from dxemu.topology.check.names import is_name
from dxemu.topology.invalid import problems_of
from dxemu.topology.load import load as load_topology
from dxemu.topology.marks import Marks
from dxemu.topology.model import Topology
from dxemu.topology.words import quoted, suggestion
from dxemu.units import PacketsPerSecond

FASTEST_PROBE = PacketsPerSecond(100_000)


def load(path: Path, *, faults: Faults, topology: Path | None = None) -> Scenario:
    """The scenario of a file, with its topology, changed as its `change` says.

    `faults` are the known faults: kind -> name of parameter -> what it names, one of the words of
    `dxemu.scenario.names` (anything else is taken as written). A step gives exactly one of these parameters;
    those whose word ends in `?` are optional and come on top.
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
    probes = _probes(file.probes, names, tree.marks, problems)
    steps = StepReader(faults, names, file.end, tree.marks, problems).read(file.steps)
    known = Known(
        probes=tuple(file.probes),
        steps=steps,
        connections=names["connection"] if names is not None else None,
        sessions=names["session"] if names is not None else None,
        end=file.end,
    )
    expect = ExpectationReader(known, tree.marks, problems).read(file.expect)
    if built is None or problems.problems:
        raise InputErrors(problems.problems)
    return Scenario(
        name=path.stem,
        story=file.story,
        topology=built,
        probes=probes,
        steps=steps,
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


def _probes(
    entries: Mapping[str, ProbeEntry], names: Names | None, marks: Marks, problems: ProblemList
) -> tuple[UdpProbe, ...]:
    """The probes, each from the customer's side. DX-S004: unknown host. DX-S005: one side only. DX-S006: rate."""
    probes = []
    for name, entry in entries.items():
        path = ("probes", name, "udp")
        if not is_name(name):
            problem = f"{quoted(name)} cannot be the name of a probe"
            problems.add(marks.key_at("probes", name), "DX-S015", problem, "Use 1 to 100 letters, digits, _ and -.")
        udp = entry.udp
        if not 1 <= udp.rate <= FASTEST_PROBE:
            problem = f"a probe cannot send {udp.rate}"
            problems.add(marks.at(*path, "rate"), "DX-S006", problem, f"Use 1/s to {FASTEST_PROBE}.")
        ends = udp.from_host, udp.to_host
        if names is not None:
            ends = _ends(udp.from_host, udp.to_host, names, path, marks, problems)
        probes.append(UdpProbe(name=name, from_host=ends[0], to_host=ends[1], rate=udp.rate))
    return tuple(probes)


def _ends(
    from_host: str, to_host: str, names: Names, path: tuple[str, ...], marks: Marks, problems: ProblemList
) -> tuple[str, str]:
    hosts, instances = names["host"], names["instance"]
    unknown = False
    for key, name in (("from", from_host), ("to", to_host)):
        if name not in hosts and name not in instances:
            unknown = True
            remedy = suggestion(name, (*hosts, *instances))
            problems.add(marks.at(*path, key), "DX-S004", f"there is no host or instance {quoted(name)}", remedy)
    if not unknown and (from_host in hosts) == (to_host in hosts):
        side = "in the data center" if from_host in hosts else "in AWS"
        far = suggestion("", instances if from_host in hosts else hosts)
        problem = f"'{from_host}' and '{to_host}' are both {side}"
        problems.add(marks.at(*path, "to"), "DX-S005", problem, f"A probe measures across Direct Connect. {far}")
    return (to_host, from_host) if from_host in instances else (from_host, to_host)
