"""A scenario as frozen values: a story in four acts (topology, before, steps, expectations)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dxemu.errors import Mark
from dxemu.topology.marks import Marks
from dxemu.topology.model import Topology
from dxemu.units import PacketsPerSecond, Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class UdpProbe:
    """Numbered UDP packets in both directions between a host in the data centre and an instance."""

    name: str
    from_host: str
    to_host: str
    rate: PacketsPerSecond


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultStep:
    """Inject fault `kind` at `at`, and heal it `duration` later (never, if None).

    `id` is unique in the scenario: the kind, with `#2` and so on when it is used again.
    `parameters` are the words under the fault's name, e.g. {"connection": "primary"}.
    """

    id: str
    kind: str
    at: Seconds
    duration: Seconds | None
    parameters: Mapping[str, str]
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One line under `expect`. `text` is the line as written.

    subject  arguments                                        form
    outage   name of probe; at_most, at_least, within_prediction, direction    number
    path     name of probe; via (connection); at (`start`, `end` or a time)    state
    session  name of virtual interface; never: down | stays: up | within: time never / stays / eventually
    detected name of fault step or kind; by (carrier, bfd, hold_timer ...)     state
    """

    subject: str
    name: str
    arguments: Mapping[str, str | bool | Seconds]
    text: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story. `topology` already has the scenario's `change` applied. The run ends at `end`."""

    name: str
    story: str
    topology: Topology
    probes: tuple[UdpProbe, ...]
    steps: tuple[FaultStep, ...]
    expect: tuple[Expectation, ...]
    end: Seconds | None
    see_also: str
    marks: Marks = field(repr=False, compare=False)
