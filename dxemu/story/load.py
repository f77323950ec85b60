"""A scenario file -> Scenario, or every mistake in it, and in its topology, at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dxemu.actions.base import Action
from dxemu.actions.menu import kinds as known_actions
from dxemu.errors import InputErrors, Problem, ProblemList
from dxemu.faults.base import Fault
from dxemu.faults.menu import kinds as known_faults
from dxemu.files import is_file, is_folder, stem
from dxemu.probes.base import Probe
from dxemu.probes.menu import kinds as probe_kinds
from dxemu.story.agenda import ActionStep, Cue, FaultStep
from dxemu.story.any_of import drawn
from dxemu.story.awaited.menu import kinds as awaited_kinds
from dxemu.story.changes import ChangeReader, ChangeStep, LastingStep
from dxemu.story.expectation_reader import ExpectationReader
from dxemu.story.expectations.menu import subjects
from dxemu.story.file import ScenarioFile
from dxemu.story.former import as_now
from dxemu.story.line_reader import NO_EVENT, Known, LineReader
from dxemu.story.matrix import matrix_of
from dxemu.story.model import Scenario
from dxemu.story.names import names_in, names_of
from dxemu.story.occasions import OccasionReader
from dxemu.story.parameters import KindReader, Names
from dxemu.story.probes import ProbeReader
from dxemu.story.steps import StepReader
from dxemu.story.variant import PLAIN, Variant, filled
from dxemu.topology import document, yaml
from dxemu.topology.document import Document
from dxemu.topology.marks import Marks
from dxemu.topology.model import Topology
from dxemu.topology.repair import marks_of, validated
from dxemu.topology.shipped import TOPOLOGY, folder
from dxemu.topology.words import nearest, quoted, suggestion

NOTHING = "nothing that can be expected"

PARAGRAPHS = {
    "DX-S001": """\
The scenario's `topology` is the name of a file in the folder topologies/ beside the scenario's own
folder, without .yaml, or of a topology that comes with dxemu. A path from the scenario's folder is
also taken, if it has a slash or ends in .yaml. `dxemu run --topology FILE` uses another topology
for one run.""",
    "DX-S009": """\
The scenario has no `end`, and none can be computed: dxemu ends a run when everything that it
predicts has happened, and here something has no upper limit. Say with `end` how long to watch.""",
    "DX-S016": """\
A topology says what there is, a scenario what happens to it: it names its topology and has steps,
probes and expectations. `dxemu plan` and `dxemu graph` show a topology, `dxemu run` takes a
scenario, and with --topology another design for it.""",
}


@dataclass(frozen=True, slots=True)
class _Happens:
    """What the steps of a scenario come to, as in `Scenario`."""

    steps: tuple[FaultStep, ...]
    actions: tuple[ActionStep, ...]
    changes: tuple[ChangeStep, ...]
    lasting: tuple[LastingStep, ...]
    cues: tuple[Cue, ...]


def load(
    path: Path,
    *,
    faults: Mapping[str, type[Fault]] | None = None,
    actions: Mapping[str, type[Action]] | None = None,
    topology: Path | None = None,
    variant: Variant = PLAIN,
) -> Scenario:
    """The scenario of a file, with its topology, changed as its `change` says; `variant` fills in what it leaves open.

    `faults` and `actions` are the known kinds; left out, those that there are. `topology` is used instead of the one
    that the file names. `end` is None if the file has none: see `never_ends`.

    Raises InputErrors with every mistake of both files.
    """
    known_probes = probe_kinds()
    tree = as_now(filled(_scenario_in(path), variant), known_probes)
    written, (tree, draws) = tree.value, drawn(tree, variant)
    found = validated(ScenarioFile, tree.value, tree.marks)
    problems, file, marks = ProblemList([*tree.problems, *found.problems]), found.entry, marks_of(found, tree.marks)
    if file is None:
        raise InputErrors(problems.problems)
    lost = {path[0] for path in found.lost} | {key for key, *_ in found.renamed if key == "change"}
    place = topology if topology is not None else topology_path(path, file.topology)
    design, built = _design(place, file, tree, problems, named=topology is None)
    names = None if "change" in lost else _names_in(place) if built is None else names_of(built)
    probes = ProbeReader(known_probes, names, file.end, marks, problems).read(file.probes)
    known = _known(file, names, known_probes)
    kinds = known_faults() if faults is None else faults, known_actions() if actions is None else actions
    happens = _happens(file, design, names, known, kinds, marks, problems)
    expected = ExpectationReader(subjects(), replace(known, steps=happens.steps), marks, problems, NOTHING)
    expect = expected.read_all(file.expect if "steps" not in lost else [])
    if built is None or problems.problems:
        raise InputErrors(problems.problems)
    return Scenario(
        name=stem(path),
        story=file.story,
        topology=built,
        probes=probes,
        steps=happens.steps,
        actions=happens.actions,
        changes=happens.changes,
        lasting=happens.lasting,
        cues=happens.cues,
        topology_file=place,
        change=tree.below("change").value if file.change else None,
        written=written,
        draws=draws,
        expect=expect,
        end=file.end,
        see_also=file.see_also,
        marks=tree.marks,
    )


def _happens(
    file: ScenarioFile,
    design: Document | None,
    names: Names | None,
    known: Known,
    kinds: tuple[Mapping[str, type[Fault]], Mapping[str, type[Action]]],
    marks: Marks,
    problems: ProblemList,
) -> _Happens:
    """What the steps come to: when each happens, and then what each of them does."""
    events = LineReader(awaited_kinds(), known, marks, problems, NO_EVENT)
    times = OccasionReader(events, file.end, marks, problems)
    occasions = times.read(file.steps)
    faults = KindReader("fault", kinds[0], names, marks, problems)
    acts = KindReader("action", kinds[1], names, marks, problems)
    reader = StepReader(faults, acts, file.end, marks, problems)
    steps, actions = reader.read(occasions), reader.read_actions(occasions)
    changes, lasting = ChangeReader(design, file.end, marks, problems).read(occasions, actions)
    return _Happens(steps, actions, changes, lasting, tuple(times.cues))


def _known(file: ScenarioFile, names: Names | None, kinds: Mapping[str, type[Probe]]) -> Known:
    """What lines may name; no steps yet."""
    return Known(
        probes=_kinds_written(file.probes, kinds),
        kinds=kinds,
        steps=(),
        connections=(*names["connection"], *names["lag"], *names["tunnel"]) if names is not None else None,
        sessions=names["session"] if names is not None else None,
        tunnels=names["tunnel"] if names is not None else None,
        nodes=names["node"] if names is not None else None,
        end=file.end,
    )


def _scenario_in(path: Path) -> yaml.Tree:
    """What the file says. Raises InputErrors, also for a topology, and for a matrix that cannot be."""
    tree = yaml.read(path)
    matrix_of(tree)
    if isinstance(tree.value, dict) and "topology" not in tree.value and "virtual_interfaces" in tree.value:
        problem = f"{path.name} is a topology, not a scenario"
        remedy = f"Break it with a scenario: dxemu run scenarios/NAME.yaml --topology {path}"
        raise InputErrors([Problem(tree.marks.key_at("virtual_interfaces"), "DX-S016", problem, remedy)])
    return tree


def never_ends(scenario: Scenario, why: str) -> Problem:
    """The problem of a scenario without `end` for which none can be computed; `why` says what has no limit."""
    mark = scenario.steps[-1].mark if scenario.steps else scenario.marks.at()
    problem = f"the run can never end: {why}"
    return Problem(mark, "DX-S009", problem, "Say when it is over, for example end: 60 s.")


def topology_path(scenario: Path, name: str) -> Path:
    """Where the topology `name` of a scenario is: a path beside the scenario, or `topologies/NAME.yaml`.

    The folder `topologies` is beside that of the scenario, or of the folder that this one is in. What is not there may
    be one that comes with dxemu.
    """
    if name.endswith((".yaml", ".yml")) or "/" in name:
        return Path(os.path.normpath(scenario.parent / name))
    beside, above = (Path(os.path.normpath(scenario.parent / up / "topologies")) for up in ("..", "../.."))
    place = (above if is_folder(above) and not is_folder(beside) else beside) / f"{name}.yaml"
    shipped = folder(TOPOLOGY) / f"{name}.yaml"
    return shipped if is_file(shipped) and not is_file(place) else place


def _kinds_written(probes: Mapping[str, object], known: Mapping[str, type[Probe]]) -> dict[str, str]:
    """The probes of a file by kind, also of those that have mistakes: expectations about them have none."""
    first = {name: next(iter(entry), "") for name, entry in probes.items() if isinstance(entry, dict)}
    return {name: kind if kind in known else nearest(kind, known) or kind for name, kind in first.items()}


def _names_in(topology: Path) -> Names | None:
    """The names of a topology that has mistakes, so that a scenario's own are shown with them; None if not YAML."""
    try:
        return names_in(yaml.read(topology).value)
    except InputErrors:
        return None


def _design(
    place: Path, file: ScenarioFile, tree: yaml.Tree, problems: ProblemList, *, named: bool
) -> tuple[Document, Topology] | tuple[None, None]:
    """The topology of a scenario, `named` in its file or given instead, with its `change`; as it is written, first.

    None, and problems, if it has mistakes.
    """
    if named and not is_file(place):
        known = [entry.stem for entry in place.parent.glob("*.yaml")] if is_folder(place.parent) else []
        remedy = suggestion(place.stem, known, f"{place.parent} has no topologies.")
        problem = f"there is no topology {quoted(file.topology)} in {place.parent}"
        problems.add(tree.marks.at("topology"), "DX-S001", problem, remedy)
        return None, None
    try:
        found = document.read(place)
        found = found.changed(tree.below("change")) if file.change else found
        return found, found.topology()
    except InputErrors as errors:
        problems.problems += errors.problems
        return None, None
