"""The ways of probes, told whenever a route changes them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence

from dxemu.events.probes import FlowsSpread, PathFound
from dxemu.lab.journal import Journal
from dxemu.lab.node import LabNode
from dxemu.lab.paths import Walker, Watched
from dxemu.netlink import route
from dxemu.plan.model import Plan
from dxemu.plan.on_the_way import names_on


class PathTeller:
    """Asks the kernels of one lab.

    `watched` are the probes whose paths are told; `told` is what was told last, by probe and direction.
    """

    def __init__(self, plan: Plan, nodes: Mapping[str, LabNode], journal: Journal) -> None:
        self.watched: Sequence[Watched] = ()
        self._nodes = nodes
        self._journal = journal
        self.told: dict[tuple[str, str], tuple[list[str], bool]] = {}
        self.spreads: dict[tuple[str, str], tuple[int, Mapping[str, object]]] = {}
        self._changed = asyncio.Event()
        self.adopt(plan)

    def adopt(self, plan: Plan) -> None:
        """The plan has become this one."""
        self._plan = plan
        self._walker = Walker(plan, self._nodes)

    async def watch(self, probe: Watched) -> None:
        """From now on tell the paths of this one, too."""
        self.watched = (*self.watched, probe)
        await self.tell()

    def watch_no_more(self, probe: str) -> None:
        """Tell the paths of this one no longer."""
        self.watched = tuple(one for one in self.watched if one.probe != probe)

    async def walk(self, near: str, far: str, version: int, flow: route.FlowPorts | None) -> tuple[list[str], bool]:
        """The way that packets take now: `Walker.walk`."""
        return await self._walker.walk(near, far, version, flow)

    async def tell(self, *, always: bool = False) -> None:
        """Ask the kernels' tables for each probe's path, and tell those that changed."""
        for one in self.watched:
            for direction, source, target in (("to_aws", one.near, one.far), ("from_aws", one.far, one.near)):
                found = await self._walker.walk(source, target, one.version, one.flow)
                if always or self.told.get((one.probe, direction)) != found:
                    self.told[one.probe, direction] = found
                    hops, complete = tuple(found[0]), found[1]
                    self._journal.tell(PathFound(probe=one.probe, direction=direction, hops=hops, complete=complete))

                if one.flows:
                    await self._tell_spread(one, direction, (source, target), always=always)

    async def _tell_spread(self, one: Watched, direction: str, ends: tuple[str, str], *, always: bool) -> None:
        over: Counter[str] = Counter()
        for flow in one.flows:
            hops, complete = await self._walker.walk(*ends, one.version, flow)
            over.update(names_on(self._plan, hops) if complete else ())
        found = len(one.flows), dict(sorted(over.items()))
        if always or self.spreads.get((one.probe, direction)) != found:
            self.spreads[one.probe, direction] = found
            self._journal.tell(FlowsSpread(probe=one.probe, direction=direction, flows=found[0], over=found[1]))

    def route_changed(self) -> None:
        """Paths may be others from now on."""
        self._changed.set()

    async def run(self) -> None:
        """Tell what changes, for ever."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.tell()
