"""The job of a lab that takes orders: nothing is planned in it, and every kind is known that an order may name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dxemu.actions.menu import kinds as action_kinds
from dxemu.faults.menu import kinds as fault_kinds
from dxemu.host.job import Job
from dxemu.host.where import Where
from dxemu.plan.model import Plan
from dxemu.plugins import folders_of, mentions
from dxemu.probes.menu import kinds as probe_kinds
from dxemu.run.job import RunJob, Served
from dxemu.units import Seconds


def served_job(plan: Plan, where: Where, seed: int, names: Mapping[str, Sequence[str]]) -> Job:
    """It brings the folders of the kinds that other distributions have: they are found here, outside the lab."""
    found: dict[str, Mapping[str, type]] = {"fault": fault_kinds(), "action": action_kinds(), "probe": probe_kinds()}
    runners: Mapping[str, type] = {}
    if mentions("dxemu.lab.probes"):
        from dxemu.lab.probes.menu import plugged_runners  # it imports what only a lab needs

        runners = plugged_runners()
    kinds = {noun: {kind: made.__module__ for kind, made in menu.items()} for noun, menu in found.items()}
    payload = RunJob(
        plan=plan,
        probes=(),
        steps=(),
        actions=(),
        end=Seconds("inf"),
        seed=seed,
        kernel=where.kernel,
        clock=where.clock,
        runners={kind: runner.__module__ for kind, runner in runners.items()},
        served=Served(kinds=kinds, names=names),
    )
    folders = folders_of([*(made for menu in found.values() for made in menu.values()), *runners.values()])
    return Job(target="dxemu.run.lab_process:main", payload=payload, folders=folders)
