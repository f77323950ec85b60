"""A scenario as frozen values: a story in four acts (topology, before, steps, expectations)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dxemu.errors import Mark
from dxemu.probes.base import Probe
from dxemu.story.agenda import ActionStep, Cue, FaultStep
from dxemu.story.any_of import Draw
from dxemu.story.changes import ChangeStep, LastingStep
from dxemu.story.expectations.base import Subject
from dxemu.topology.marks import Marks
from dxemu.topology.model import Topology
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One line under `expect`: what is expected, and the line as written."""

    expected: Subject
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story. `topology` already has the scenario's `change` applied. The run ends at `end`.

    `topology_file` and `change` are what `topology` was made from, `written` is all that the scenario's file says, and
    `draws` what was drawn of it.
    `changes` are those of its steps, and what is taken back of them; `lasting` are the designs that its actions come
    to. `cues` are those of the steps whose times only the run shows.
    """

    name: str
    story: str
    topology: Topology
    probes: tuple[Probe, ...]
    steps: tuple[FaultStep, ...]
    expect: tuple[Expectation, ...]
    end: Seconds | None
    see_also: str
    marks: Marks = field(repr=False, compare=False)
    actions: tuple[ActionStep, ...] = ()
    changes: tuple[ChangeStep, ...] = ()
    lasting: tuple[LastingStep, ...] = ()
    cues: tuple[Cue, ...] = ()
    draws: tuple[Draw, ...] = ()
    topology_file: Path | None = None
    change: object = field(default=None, repr=False)
    written: object = field(default=None, repr=False)
