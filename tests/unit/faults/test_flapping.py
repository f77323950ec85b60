"""What flaps is away and there by turns, and is there in the end, however soon somebody heals it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, cast

import pytest

from dxemu.faults.base import BreakableLab
from dxemu.faults.flapping import Flapping
from dxemu.plan.make import make_plan
from dxemu.plan.model import Plan
from dxemu.topology.load import load
from dxemu.units import Seconds

TOPOLOGIES = Path(__file__).parents[3] / "topologies"


class Lab:
    """Says when the light of its only cable was switched. Its time is what is waited for."""

    def __init__(self, plan: Plan, stopped_at: float) -> None:
        self.plan = plan
        self.now = 0.0
        self.stopped_at = stopped_at
        self.told: list[tuple[float, bool]] = []
        self.task: asyncio.Task[str] | None = None

    @property
    def beside(self) -> Lab:
        return self

    def cable(self, _: str) -> Lab:
        return self

    def start(self, _: str, work: Any) -> None:
        self.task = asyncio.get_running_loop().create_task(work(self.pause))

    async def stop(self, _: str) -> str:
        assert self.task is not None
        return await self.task

    async def pause(self, seconds: float) -> bool:
        self.now = min(self.now + seconds, self.stopped_at)
        return self.now >= self.stopped_at

    async def set_carrier(self, *, up: bool) -> Mapping[str, bool]:
        self.told.append((self.now, up))
        return {"dx_1": up}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(load(TOPOLOGIES / "backup_connection.yaml"))


NOBODYS = IPv4Network("10.99.0.0/16")
FLAPPING = Flapping(connection="primary", period=Seconds(4), duty=25.0, count=3)


@pytest.mark.parametrize(
    ("stopped_at", "switched"),
    [
        (100, [(0, False), (1, True), (4, False), (5, True), (8, False), (9, True)]),
        (4.5, [(0, False), (1, True), (4, False), (4.5, True)]),
        (2, [(0, False), (1, True)]),
    ],
)
def test_it_is_there_in_the_end(plan: Plan, stopped_at: float, switched: list[tuple[float, bool]]):
    async def strike(lab: Lab) -> str:
        breakable = cast("BreakableLab", lab)
        assert await FLAPPING.inject(breakable) == "carrier down on dx_1, and so on"
        return await FLAPPING.heal(breakable)

    lab = Lab(plan, stopped_at)
    assert asyncio.run(strike(lab)) == "carrier up on dx_1"
    assert lab.told == switched
    assert FLAPPING.ends_after == 12


def test_a_router_flaps_by_a_prefix_of_its_own(plan: Plan):
    assert [one.remedy for one in Flapping(router="customer_router").contradictions()]
    assert [one.remedy for one in Flapping(connection="primary", prefix=NOBODYS).contradictions()]
    assert "does not announce" in Flapping(router="customer_router", prefix=NOBODYS).mistake(plan)
    (own,) = plan.speaker("customer_router").originates
    assert Flapping(router="customer_router", prefix=own).mistake(plan) == ""
