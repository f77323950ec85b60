"""A client that fetches from a public service: a page over HTTP, or an address from DNS.

Every fetch has a connection of its own, and `TIME_LIMIT_S` to end well: a TCP connection whose first packet was lost
tries again after 1 s (RFC 6298) and still succeeds.
"""

from __future__ import annotations

import asyncio
import math
from contextlib import AsyncExitStack

from dxemu.daemons.clients import ask_dns, get_page, within
from dxemu.daemons.services import DNS_KINDS
from dxemu.events.probes import ServiceFetched
from dxemu.lab.probes.base import START_S, Runner
from dxemu.probes.fetch import FetchProbe

TIME_LIMIT_S = 2.0


class FetchRunner(Runner[FetchProbe]):
    """Tells a `fetched` event for each fetch."""

    async def start(self, stack: AsyncExitStack) -> None:
        """Fetch at the probe's rate from a moment after the start, or once."""
        del stack
        for probe in self.probes:
            self.go_on(self._fetch_all(probe))

    async def _fetch_all(self, probe: FetchProbe) -> None:
        clock = self.run.lab.journal.clock
        async with asyncio.TaskGroup() as group:
            for at in _times(probe, self.run.end_s):
                await clock.until(at)
                group.create_task(self._fetch(probe, at, clock.now()))

    async def _fetch(self, probe: FetchProbe, due_s: float, started_s: float) -> None:
        lab = self.run.lab
        client, address = lab.node(probe.from_host).namespace, lab.plan.address_of(probe.service)
        kind = lab.plan.service_at(probe.service).kind
        page, problem = await within(TIME_LIMIT_S, (ask_dns if kind in DNS_KINDS else get_page)(client, address))
        lab.journal.tell(
            ServiceFetched(
                probe=probe.name,
                service=probe.service,
                started_s=round(started_s, 6),
                took_s=round(lab.journal.clock.now() - started_s, 6),
                status=page.status if page else None,
                bytes=page.bytes if page else 0,
                seen_as=page.seen_as if page else "",
                problem=problem,
                late_s=round(started_s - due_s, 6),
            )
        )


def _times(probe: FetchProbe, end_s: float) -> list[float]:
    """When the fetches begin. The last ones end after the run's end, if nobody answers."""
    if probe.pace is None:
        return [float(probe.at or START_S)]
    return [START_S + n * probe.pace.interval for n in range(math.ceil((end_s - START_S) / probe.pace.interval))]
