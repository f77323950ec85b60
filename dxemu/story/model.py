"""A scenario as frozen values: a story in four acts (topology, before, steps, expectations)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dxemu.actions.base import Action
from dxemu.errors import Mark
from dxemu.faults.base import Fault
from dxemu.probes.base import Probe
from dxemu.story.changes import ChangeStep
from dxemu.story.expectations.base import Subject
from dxemu.topology.marks import Marks
from dxemu.topology.model import Topology
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultStep:
    """Inject fault `kind` at `at`, and heal it `duration` later (never, if None).

    `id` is unique in the scenario: the kind, with `#2` and so on when it is used again. `fault` has what is written
    under the kind's name.
    """

    id: str
    kind: str
    at: Seconds
    duration: Seconds | None
    fault: Fault
    mark: Mark

    @property
    def until(self) -> Seconds | None:
        """When it is healed; None: never."""
        return None if self.duration is None else Seconds(round(self.at + self.duration, 9))


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStep:
    """Somebody does `kind` at `at`. `id` and `action` as in `FaultStep`."""

    id: str
    kind: str
    at: Seconds
    action: Action
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One line under `expect`: what is expected, and the line as written."""

    expected: Subject
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story. `topology` already has the scenario's `change` applied. The run ends at `end`.

    `topology_file` and `change` are what `topology` was made from. `changes` are those of its steps, and what is taken
    back of them.
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
    topology_file: Path | None = None
    change: object = field(default=None, repr=False)
