"""Orders by hand in a lab of one of the repository's scenarios."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dxemu.events import timeline
from dxemu.events.codec import encoded
from dxemu.host import versions, where
from dxemu.run.orders import Act, Advance, Heal, Inject, Order, StartProbe
from dxemu.run.prepare import Rehearsal, prepare
from dxemu.run.session import Session, session
from dxemu.story.names import names_of
from tests.lab.guest import REPOSITORY

UNEQUAL = ("t", "wall_s", "injected_at_s", "healed_at_s", "done_at_s", "lateness_max_s", "epoch_ns", "topology")
"""What a comparison leaves out, or makes to its tolerance."""
TOLERANCE_S = 0.0001

Numbers = dict[str, list[float]]


def prepared(scenario: str) -> Rehearsal:
    return prepare(REPOSITORY / "scenarios" / f"{scenario}.yaml", None, versions.installed())


@asynccontextmanager
async def lab_of(
    scenario: str, folder: Path, clock: str = "virtual", place: where.Where | None = None
) -> AsyncIterator[Session]:
    rehearsal = prepared(scenario)
    place = place or where.embedded(clock, stall_limit_s=240)
    folder.mkdir(exist_ok=True)
    async with session(rehearsal.plan, place, folder, 1, names=names_of(rehearsal.scenario.topology)) as lab:
        yield lab


def in_lab_of(scenario: str, folder: Path, do: Callable[[Session], Awaitable[None]]) -> list[dict[str, Any]]:
    """Do it in a lab, end that, and give its timeline."""

    async def run() -> None:
        async with lab_of(scenario, folder) as lab:
            await do(lab)

    asyncio.run(run())
    return [encoded(event) for event in timeline.read(folder / "timeline.jsonl")]


def agenda(rehearsal: Rehearsal) -> list[tuple[float, Order]]:
    """The steps of a scenario as orders, and when they are given."""
    scenario = rehearsal.scenario
    orders: list[tuple[float, Order]] = []
    for step in scenario.steps:
        orders.append((step.at, Inject(id=step.id, fault=step.fault)))
        if step.until is not None:
            orders.append((step.until, Heal(id=step.id)))
    orders += [(step.at, Act(id=step.id, action=step.action)) for step in scenario.actions]
    return sorted(orders, key=lambda entry: entry[0])


async def as_in_the_scenario(lab: Session, rehearsal: Rehearsal) -> None:
    """Give a scenario's orders by hand, each at its time."""
    for probe in rehearsal.scenario.probes:
        await lab.give(StartProbe(probe=probe))
    for at, order in agenda(rehearsal):
        await lab.give(Advance(to=type(rehearsal.end)(at)))
        await lab.give(order)
    await lab.give(Advance(to=rehearsal.end))


def numbers(events: list[dict[str, Any]], end_s: float) -> Numbers:
    """When each thing happened, from the run's start on. Signs of life are none, nor is what comes after the run.

    After its end it is told what the probes found: a moment later where it was not known when they would end.
    """
    times: Numbers = {}
    for event in events:
        if event["event"] not in ("tick", "building", "made_whole") and event["t"] >= 0:
            line = json.dumps({key: value for key, value in event.items() if key not in UNEQUAL}, sort_keys=True)
            times.setdefault(line, []).append(min(event["t"], end_s))
    return times


def differences(before: Numbers, now: Numbers) -> list[str]:
    found = []
    for line in sorted(before.keys() | now.keys()):
        old, new = sorted(before.get(line, [])), sorted(now.get(line, []))
        if len(old) != len(new) or any(abs(a - b) > TOLERANCE_S for a, b in zip(old, new, strict=True)):
            found.append(f"{line}: {old} became {new}")
    return found
