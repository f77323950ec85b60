"""What runs probes that ask a server of their own: the server at one end, the requests at the other."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import ClassVar

from dxemu.daemons.clients import Page, within
from dxemu.daemons.services import serve
from dxemu.events.base import Event
from dxemu.events.probes import RequestsCounted, RequestTroubled
from dxemu.lab.probes.base import START_S, Runner
from dxemu.netlink.namespace import Namespace
from dxemu.plan.model import Service
from dxemu.probes.asking import AskingProbe
from dxemu.probes.percentiles import Percentiles
from dxemu.units import IPAddress

ASIDE_S = 0.0005
"""Requests leave between the moments at which faults strike: at the very moment it would be chance who is first."""
SHARES = (0.5, 0.9, 0.99)


class AskingRunner(Runner[AskingProbe]):
    """Tells a `request` event for each that fails or is slow, and at the end `requests`, of each probe."""

    stops: ClassVar[bool] = True

    @abstractmethod
    def service(self, node: str) -> Service:
        """The server at a node."""

    @abstractmethod
    async def ask(self, client: Namespace, server: IPAddress) -> Page:
        """One request. Raises OSError and ValueError as `dxemu.daemons.clients` does."""

    async def start(self, stack: AsyncExitStack) -> None:
        """Start a server at each far end, and ask from a moment after the run's start."""
        lab = self.run.lab
        self._stopped = False
        for node in dict.fromkeys(probe.to_host for probe in self.probes):
            stack.callback(serve(self.service(node), lab.node(node).namespace))
        self._asked = [_Asked(self, probe) for probe in self.probes]
        for asked in self._asked:
            self.go_on(asked.ask_all())

    def known(self) -> Sequence[Event]:
        """`requests` of each that goes on."""
        return [asked.counted() for asked in self._asked if not asked.over]

    def stop(self) -> None:
        """No request leaves from now on."""
        self._stopped = True

    @property
    def stopped(self) -> bool:
        """Whether no more is to be asked."""
        return self._stopped


class _Asked:
    """The requests of one probe, and what became of them."""

    def __init__(self, runner: AskingRunner, probe: AskingProbe) -> None:
        lab = runner.run.lab
        self._runner, self._probe = runner, probe
        self._lab = lab
        self._client = lab.node(probe.from_host).namespace
        self._server = lab.plan.address_of(probe.to_host, probe.version)
        self._took = Percentiles()
        self._asked = self._failed = self._slow = 0
        self._late_s = 0.0
        self.over = False

    async def ask_all(self) -> None:
        """Ask at the probe's rate to the end; each request goes on by itself."""
        run, interval = self._runner.run, self._probe.rate.interval
        first = (START_S if run.from_s == 0.0 else run.from_s) + ASIDE_S
        clock = run.lab.journal.clock
        async with asyncio.TaskGroup() as group:
            while not self._runner.stopped and (at := first + self._asked * interval) < run.end_s:
                await clock.until(at)
                started_s = clock.now()
                self._late_s = max(self._late_s, started_s - at)
                self._asked += 1
                group.create_task(self._ask(started_s))
                self._runner.keep_known()
        self.over = True
        self._lab.journal.tell(self.counted())

    async def _ask(self, started_s: float) -> None:
        lab, probe = self._lab, self._probe
        _, problem = await within(float(probe.limit), self._runner.ask(self._client, self._server))
        took_s = lab.journal.clock.now() - started_s
        if not problem:
            self._took.add(took_s)
        slow = not problem and took_s > probe.slow
        self._failed += bool(problem)
        self._slow += slow
        if problem or slow:
            lab.journal.tell(
                RequestTroubled(
                    probe=probe.name,
                    protocol=probe.protocol,
                    started_s=round(started_s, 6),
                    took_s=round(took_s, 6),
                    problem=problem,
                )
            )

    def counted(self) -> RequestsCounted:
        """All requests until now."""
        p50_s, p90_s, p99_s = (None if (s := self._took.share(share)) is None else round(s, 9) for share in SHARES)
        return RequestsCounted(
            probe=self._probe.name,
            protocol=self._probe.protocol,
            interval_s=round(self._probe.rate.interval, 9),
            asked=self._asked,
            failed=self._failed,
            slow=self._slow,
            p50_s=p50_s,
            p90_s=p90_s,
            p99_s=p99_s,
            longest_s=round(self._took.largest, 9),
            lateness_max_s=round(self._late_s, 6),
        )
