"""Parts of a lab for tests that run inside the embedded kernel, and what other programs say of it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self, TypeVar

from dxemu.events.base import Event
from dxemu.events.codec import values_of
from dxemu.host.channel import Channel
from dxemu.lab.journal import Journal
from dxemu.lab.lab import Lab
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from tests.lab.guest import REPOSITORY

T = TypeVar("T")
Told = Mapping[str, object]
"""An event as the timeline has it, without its time: what tests say that they wait for."""
FOLDER = "/run"
"""Where daemons may write inside the guest: its own tmpfs."""


def plan_of(topology: str) -> Plan:
    """The plan of `topologies/NAME.yaml`, or of one that the unit tests read."""
    places = [REPOSITORY / folder / f"{topology}.yaml" for folder in ("topologies", "tests/unit/topology/valid")]
    return make_plan(load(next(file for file in places if file.exists())))


def told(event: Event) -> Told:
    """An event as the timeline has it, without its time."""
    lists = {name: list(value) if isinstance(value, tuple) else value for name, value in values_of(event).items()}
    return {"event": event.word, **lists}


def silent_journal() -> tuple[Journal, list[Told]]:
    """A journal that tells nobody, and the list of what it was told."""
    # Pinned as in a run: daemons that start at one moment draw the same chance, and BFD's ends the same numbers.
    journal = Journal(Channel(os.open(os.devnull, os.O_WRONLY)), virtual=True)
    events: list[Told] = []
    journal.listen(lambda event: events.append(told(event)))
    return journal, events


@asynccontextmanager
async def lab_of(plan: Plan) -> AsyncIterator[tuple[Lab, list[Told]]]:
    """A running lab whose sessions are not awaited, with its events."""
    journal, events = silent_journal()
    async with Lab.built(plan, journal, FOLDER) as lab:
        journal.start()
        yield lab, events


class Loop:
    """An event loop that keeps a lab alive from one test to the next."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        return self

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it to its end."""
        return self._loop.run_until_complete(work)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.close()


def said(*command: str, within_s: float = 20.0) -> str:
    """What a program prints. Fails with its words if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=within_s, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout


def ip(node: str, *words: str) -> list[dict[str, Any]]:
    """What iproute2 says of a node."""
    found: list[dict[str, Any]] = json.loads(said("ip", "-n", node, "-d", "-j", *words) or "[]")
    return found


def tc(node: str) -> dict[str, dict[str, Any]]:
    """The options of the netem on each of a node's interfaces, as iproute2 reads them, with `dropped`."""
    found = json.loads(said("tc", "-n", node, "-j", "-s", "qdisc", "show"))
    return {q["dev"]: {**q["options"], "dropped": q["drops"]} for q in found if q["kind"] == "netem"}


def is_in(event: Event, wanted: Told) -> bool:
    """Whether an event has at least these values."""
    return wanted.items() <= told(event).items()


async def all_seen(journal: Journal, events: Sequence[Told], wanted: Sequence[Told], within_s: float) -> None:
    """Return once each of `wanted` has happened: an event with at least these values. `events` has all of them so far.

    Two of them may come at the same moment, so it is the list that is asked and never one event.
    """

    def missing() -> list[Told]:
        return [want for want in wanted if not any(want.items() <= event.items() for event in events)]

    while left := missing():
        await journal.wait_for(f"{left}", lambda event: any(is_in(event, want) for want in wanted), within_s)
