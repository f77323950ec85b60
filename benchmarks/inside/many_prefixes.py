"""Inside the embedded kernel: speakers announce many prefixes, and kernels are watched until they hold them."""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dxemu.events.base import Event
from dxemu.events.routes import TableChanged
from dxemu.lab.journal import Journal
from dxemu.lab.lab import Lab

if TYPE_CHECKING:
    from dxemu.host.channel import Channel

WITHIN_S = 60.0
"""Of the lab's time, in which computing takes none."""


def main(job: Mapping[str, Any], channel: Channel, folder: str) -> None:  # Any: as below
    """Tells `announcing`, `held`, `withdrawing`, `gone`: when the wanted routes are in the kernels and out again.

    `job` has a `plan`; by speaker what it is to `announce` beside what the plan says; by node how many more of BGP's
    routes are `wanted` there.
    """
    asyncio.run(_run(job, channel, folder))


async def _run(job: Mapping[str, Any], channel: Channel, folder: str) -> None:
    journal = Journal(channel)
    async with Lab.built(job["plan"], journal, folder) as lab:
        await lab.converged([])
        journal.start()
        before = {node: held(node) for node in job["wanted"]}
        for begun, done, prefixes, count in (
            ("announcing", "held", job["announce"], job["wanted"]),
            ("withdrawing", "gone", dict.fromkeys(job["announce"], ()), dict.fromkeys(job["wanted"], 0)),
        ):
            seen = _Seen(journal, job["wanted"])
            channel.send(begun, 0)
            for speaker, more in prefixes.items():
                await lab.originate(speaker, (*job["plan"].speaker(speaker).originates, *more))
            await seen.all(journal)
            channel.send(done, 0)
            for node, expected in count.items():
                if held(node) != before[node] + expected:
                    raise RuntimeError(f"{node} should hold {before[node] + expected} routes and holds {held(node)}")


class _Seen:
    """How many route changes each kernel has told of."""

    def __init__(self, journal: Journal, wanted: Mapping[str, int]) -> None:
        self._missing = Counter(wanted)
        journal.listen(self._hear)

    def _hear(self, event: Event) -> None:
        if isinstance(event, TableChanged):
            self._missing[event.node] -= 1

    async def all(self, journal: Journal) -> None:
        while any(count > 0 for count in self._missing.values()):
            await journal.wait_for(f"routes {+self._missing}", lambda e: isinstance(e, TableChanged), WITHIN_S)


def held(node: str) -> int:
    """How many of BGP's routes are in the kernel of a node, in whichever table."""
    command = ("ip", "-n", node, "route", "show", "table", "all", "proto", "bgp")
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return done.stdout.count(b"\n")
