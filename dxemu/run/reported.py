"""What has happened in a lab that lives so far, measured as a run's is when that is over. Nothing was expected."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dxemu.events.base import Event
from dxemu.measure.result import Result
from dxemu.plan.model import Plan
from dxemu.predict.predict import Prediction
from dxemu.probes.base import Probe
from dxemu.report.evaluate import RunMeta, evaluate
from dxemu.story.model import Scenario
from dxemu.topology.model import Topology
from dxemu.topology.yaml import parse


def result_so_far(
    topology: Topology,
    plan: Plan,
    probes: Sequence[Probe],
    predictions: Sequence[Prediction],
    events: Sequence[Event],
    folder: Path,
    meta: RunMeta,
) -> Result:
    """The result of a lab called as its folder. `predictions` are those of its faults, made when they were injected.

    `probes` are all that were started; those that go on have a `PacketsLogged` of what is known so far in `events`.
    """
    scenario = Scenario(
        name=folder.name,
        story="",
        topology=topology,
        probes=tuple(probes),
        steps=(),
        expect=(),
        end=None,
        see_also="",
        marks=parse("{}", folder.name).marks,
    )
    return evaluate(scenario, plan, predictions, events, folder, meta)
