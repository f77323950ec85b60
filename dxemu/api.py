"""What `import dxemu` gives: scenarios are run, designs looked at and labs kept alive, as by the commands.

Files are named by their paths, or by the names of those that come with dxemu. What is wrong is a DxemuError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any, TypeVar

from dxemu.audit.menu import Audit, make_audit
from dxemu.events.base import Event
from dxemu.events.run import Building
from dxemu.explain.model import Explanation
from dxemu.explain.path import explain_path
from dxemu.explain.replay import state_of_run
from dxemu.explain.state import State
from dxemu.files import border, write_whole
from dxemu.finished import PAGE, Finished
from dxemu.forms import BY_PYTHON, asking_with
from dxemu.host import versions, where
from dxemu.labs.live import up
from dxemu.labs.moment import state_of_lab
from dxemu.labs.places import chosen
from dxemu.plan.make import make_plan
from dxemu.report.html.page import PageOf, render
from dxemu.run.prepare import prepare, refuse_changes
from dxemu.run.rehearse import rehearse
from dxemu.run.run_folder import run_folder
from dxemu.story.load import load as load_scenario
from dxemu.story.model import Scenario
from dxemu.story.variant import Variant
from dxemu.topology import yaml
from dxemu.topology.load import load as load_topology
from dxemu.topology.model import Topology
from dxemu.topology.shipped import SCENARIO, TOPOLOGY, found

T = TypeVar("T")
lab = up


@asking_with(BY_PYTHON)
def run(
    scenario: str | Path,
    *,
    topology: str | Path | None = None,
    seed: int = 1,
    clock: str | None = None,
    kernel: str = "embedded",
    runs: str | Path = "runs",
    told: Callable[[Event], None] = lambda _: None,
) -> Finished:
    """Rehearse a scenario, as `dxemu run` does, with its page; `told` hears of every event. Raises DxemuError."""
    file = found(Path(scenario), (SCENARIO,))
    design = None if topology is None else found(Path(topology), (TOPOLOGY,))
    rehearsal = refuse_changes(prepare(file, design, versions.installed(), Variant(seed=seed)))
    place = where.host(clock or "real") if kernel == "host" else where.embedded(clock or "virtual")
    folder = run_folder(Path(runs), file).path
    events: list[Event] = []

    def hear(event: Event) -> None:
        if not isinstance(event, Building):
            events.append(event)
        told(event)

    result = _waited(rehearse(rehearsal, place, folder, seed, hear))
    story, design_of = rehearsal.scenario.story, rehearsal.scenario.topology
    page = PageOf(result=result, events=events, folder=folder, story=story, design=design_of, plan=rehearsal.plan)
    with border(folder):
        write_whole(folder / PAGE, render(page))
    return Finished(result, folder)


def audit(topology: str | Path, *, pairs: bool = False) -> Audit:
    """What is weak in a design, as `dxemu audit` finds it. Raises InputErrors."""
    design = load_topology(found(Path(topology), (TOPOLOGY,)))
    return make_audit(design, make_plan(design, versions.installed()), pairs=pairs)


@asking_with(BY_PYTHON)
def explain(
    source: str,
    target: str,
    *,
    topology: str | Path | None = None,
    run: str | Path | None = None,
    lab: str | None = None,
    at: str | None = None,
    ipv6: bool = False,
) -> Explanation:
    """Why packets go where they go, in both directions, as `dxemu explain path` says it.

    In a design, or at a moment of a run's folder or of a lab that lives. Raises InputErrors and NotExplained.
    """
    if [topology, run, lab].count(None) != 2:  # noqa: PLR2004 - all but one
        raise TypeError("explain takes one of topology, run and lab")
    if topology is not None:
        design = load_topology(found(Path(topology), (TOPOLOGY,)))
        state = State(design, make_plan(design))
    else:
        state = state_of_lab(chosen(lab), at) if run is None else state_of_run(Path(run), at)
    return explain_path(state, source, target, ipv6=ipv6)


def load(file: str | Path) -> Topology | Scenario:
    """What a file has, checked: a topology, or a scenario with its topology. Raises InputErrors with every mistake."""
    path = found(Path(file))
    value = yaml.read(path).value
    if isinstance(value, dict) and "topology" in value:
        return load_scenario(path)
    return load_topology(path)


def _waited(work: Coroutine[Any, Any, T]) -> T:
    """Its result; where a loop runs already, as in a notebook, it is run beside that."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(max_workers=1) as beside:
        return beside.submit(copy_context().run, asyncio.run, work).result()
