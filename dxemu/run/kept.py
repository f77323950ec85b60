"""A rehearsal from what a run's folder keeps: the same names, the same daemons' rules, the same plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dxemu.plan.versions import Versions
from dxemu.run.prepare import Rehearsal, prepare
from dxemu.run.record import RunRecord
from dxemu.story import kept
from dxemu.story.variant import Variant


def prepare_kept(folder: Path, known: RunRecord, versions: Versions | None = None) -> Rehearsal:
    """As `prepare`, from the scenario and topology in `folder`, for daemons of these `versions`, or those of then.

    Raises InputErrors if they were changed and are wrong.
    """
    file = folder / kept.FILE
    found = prepare(file, kept.topology_beside(file), versions or known.versions, Variant(seed=known.seed))
    topology = replace(found.scenario.topology, name=known.topology)
    scenario = replace(found.scenario, name=known.scenario, topology=topology)
    return replace(found, scenario=scenario, plan=replace(found.plan, topology=known.topology))
