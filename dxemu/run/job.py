"""What the lab process gets to know of a scenario: the plan and the steps, nothing of files and expectations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dxemu.plan.model import Plan
from dxemu.probes.base import Probe
from dxemu.story.agenda import ActionStep, FaultStep
from dxemu.units import Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RunJob:
    """One run. `kernel` and `clock` are told to the timeline.

    `runners` are the modules of the runners that other distributions bring, by kind of probe.
    """

    plan: Plan
    probes: tuple[Probe, ...]
    steps: tuple[FaultStep, ...]
    actions: tuple[ActionStep, ...]
    end: Seconds
    seed: int
    kernel: str
    clock: str
    runners: Mapping[str, str] = field(default_factory=dict)
