"""A change of a scenario, made in its lab and told to the timeline."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping

from dxemu.events.steps import ChangeDone, ChangeFailed
from dxemu.faults.base import Fault
from dxemu.lab.apply import ChangeNotMade
from dxemu.lab.lab import Lab
from dxemu.parameters import lost_target
from dxemu.run.job import PlannedChange
from dxemu.run.orders import OrderRefused
from dxemu.topology.words import quoted


def keeps_what_is_broken(names: Mapping[str, Collection[str]], injected: Mapping[str, Fault]) -> None:
    """Raises OrderRefused if `names`, those of a design that a lab is to become, lack what a fault has broken."""
    for name, fault in injected.items():
        if lost := lost_target(fault, names):
            raise OrderRefused(f"{quoted(name)} breaks {lost}, which would go", f"Heal {quoted(name)} first.")


async def make(change: PlannedChange, lab: Lab) -> None:
    """Have the lab follow. One that failed, and was taken back, is told; raises LabError if that failed, too."""
    with contextlib.suppress(ChangeNotMade):
        await follow(change, lab)


async def follow(change: PlannedChange, lab: Lab) -> str:
    """The same; gives what was read back. Raises ChangeNotMade, too, once it is told."""
    at = lab.journal.clock.now()
    try:
        read = await lab.follow(change.plan)
    except ChangeNotMade as error:
        lab.journal.tell(ChangeFailed(change=change.id, back=change.back, reason=str(error)))
        raise
    if change.interruption:
        read += await lab.interrupt(change.interrupted, float(change.interruption))
    file, evidence = change.topology, f"{change.words} ({read})" if change.words else read
    lab.journal.tell(ChangeDone(change=change.id, back=change.back, topology=file, evidence=evidence, done_at_s=at))
    return evidence
