"""What the lab process gets to know of a scenario: the plan and the steps, nothing of files and expectations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dxemu.events.steps import Drew
from dxemu.plan.model import Plan
from dxemu.probes.base import Probe
from dxemu.story.agenda import ActionStep, Cue, FaultStep
from dxemu.units import Seconds

if TYPE_CHECKING:  # few labs need it, and each import costs time in the guest
    from dxemu.story.afterwards import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What orders may speak of, for a lab that takes them.

    `kinds` are the modules of all kinds by noun (`fault`, `action`, `probe`) and kind; they are found outside. `names`
    as `dxemu.story.names.names_of` has them: what is no key there is not looked up.
    """

    kinds: Mapping[str, Mapping[str, str]]
    names: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """From `at` on the lab is that of `plan`, because the change `id` is made, or taken back (`back`).

    `topology` is the name of the file in the run's folder that has this design. `words` say what differs.
    `place`, `round` and `ends` as in `dxemu.story.changes.ChangeStep`.
    For `interruption` AWS's devices carry nothing on the virtual interfaces that are `interrupted`.
    """

    id: str
    at: Seconds
    back: bool
    plan: Plan
    topology: str
    words: str = ""
    interrupted: tuple[str, ...] = ()
    interruption: Seconds | None = None
    place: int = 0
    round: int = 0
    ends: bool = False


@dataclass(frozen=True, slots=True)
class PlannedAct:
    """What the lab is after a lasting act; `topology` as in `PlannedChange`."""

    plan: Plan
    topology: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob:
    """One run. `kernel` and `clock` are told to the timeline. Steps that have one of the `cues` follow that.

    `drew` is told to it, too: what the seed drew.
    `runners` are the modules of the runners that other distributions bring, by kind of probe. With `served` the lab has
    no agenda but takes orders, whose last one ends it. `frames` are ports (node and interface) whose frames are written
    down, by the name of the file. `esp_keys`: the keys of tunnels are, too.
    `spread` are the probes of which the ways of all flows are told, where there are several.
    `outages` are the probes that tell at once when their packets cease to arrive.
    `routes` (node and prefix) are told at the start, too, where a node had them before anybody heard its kernel.
    `acts` are those of the `actions` that last, by id.
    `leave_broken`: the lab is not made whole again when the run is over.
    `deadlines` that have passed are watched a little longer before.
    """

    plan: Plan
    probes: tuple[Probe, ...]
    steps: tuple[FaultStep, ...]
    actions: tuple[ActionStep, ...]
    end: Seconds
    seed: int
    kernel: str
    clock: str
    changes: tuple[PlannedChange, ...] = ()
    acts: Mapping[str, PlannedAct] = field(default_factory=dict)
    cues: tuple[Cue, ...] = ()
    drew: tuple[Drew, ...] = ()
    spread: frozenset[str] = frozenset()
    outages: frozenset[str] = frozenset()
    routes: tuple[tuple[str, str], ...] = ()
    runners: Mapping[str, str] = field(default_factory=dict)
    served: Served | None = None
    frames: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    esp_keys: bool = False
    leave_broken: bool = False
    deadlines: tuple[Deadline, ...] = ()
