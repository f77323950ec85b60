"""Who hears of light that goes: at once, or when the router's carrier delay is over and it is dark still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dxemu.events.base import Event
from dxemu.lab import ports
from dxemu.lab.ports import Ports
from dxemu.netlink.monitor import CarrierChanged
from dxemu.plan.make import make_plan
from dxemu.plan.model import CarrierDelay
from dxemu.topology.load import load
from dxemu.units import Seconds

PLAN = make_plan(load(Path(__file__).parents[3] / "topologies" / "backup_connection.yaml"))
NODE, PORT = "colo_router", "primary"


class Site:
    """A router, its journal and its kernel; time passes only by `settle`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, delay: float, up: float = 0) -> None:
        waits = CarrierDelay(down=Seconds(delay), up=Seconds(up))
        cables = (replace(c, a=replace(c.a, carrier_delay=waits)) if c.name == PORT else c for c in PLAN.cables)
        self.plan = replace(PLAN, cables=tuple(cables))
        self.shut: list[bool] = []
        self.told: list[tuple[object, ...]] = []
        self.acted: list[tuple[str, bool]] = []
        self.works: list[Coroutine[object, object, None]] = []
        self.begun: list[Coroutine[object, object, None]] = []
        self.lit, self.held = False, False
        router: Any = SimpleNamespace(carrier_changed=lambda port, up: self.acted.append((port, up)))
        self.routing: Any = SimpleNamespace(at=lambda _: [router], gateways={})
        journal: Any = SimpleNamespace(tell=self._tell, clock=SimpleNamespace(settle=self._settle))
        node: Any = SimpleNamespace(is_held=lambda: self.held, netlink=None)
        monkeypatch.setattr(ports.link, "has_carrier", self._has_carrier)
        self.ports = Ports({NODE: node}, journal, self._begin, self._shut)

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        self.works.append(work)
        self.begun.append(work)

    def _tell(self, event: Event) -> None:
        self.told.append((event.word, event.up))  # type: ignore[attr-defined]

    async def _shut(self, cable: str, node: str, shut: bool) -> None:
        assert (cable, node) == (PORT, NODE)
        self.shut.append(shut)

    async def _settle(self, _: float) -> None:
        return None

    async def _has_carrier(self, *_: object) -> bool:
        return self.lit

    def light(self, *, on: bool) -> None:
        self.lit = on
        self.ports.heard(self.plan, self.routing, NODE, PORT, CarrierChanged(PORT, on))

    def time_passes(self) -> None:
        while self.works:
            asyncio.run(_all(self.works.pop(0)))

    def close(self) -> None:
        """What no test has waited for ends without a word, so that a test that fails says why."""
        for work in self.begun:
            work.close()


SiteOf = Callable[..., Site]


@pytest.fixture
def site_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[SiteOf]:
    """Makes sites: their `carrier_delay`, and `up`."""
    made: list[Site] = []

    def make(delay: float, up: float = 0) -> Site:
        made.append(Site(monkeypatch, delay, up))
        return made[-1]

    yield make
    for site in made:
        site.close()


async def _all(work: Coroutine[object, object, None]) -> None:
    await work


def test_without_a_delay_the_router_hears_at_once(site_of: SiteOf) -> None:
    site = site_of(0)
    site.light(on=False)
    site.light(on=True)
    assert site.acted == [(PORT, False), (PORT, True)]
    assert site.told == [("carrier", False), ("carrier", True)]


def test_it_hears_when_the_delay_is_over(site_of: SiteOf) -> None:
    site = site_of(2)
    site.light(on=False)
    assert site.acted == []
    site.time_passes()
    assert site.acted == [(PORT, False)]
    site.light(on=True)
    assert site.acted == [(PORT, False), (PORT, True)]
    assert site.told == [("carrier", False), ("carrier_delay", False), ("carrier", True)]


def test_light_in_time_is_no_news_for_the_router(site_of: SiteOf) -> None:
    site = site_of(2)
    site.light(on=False)
    site.light(on=True)
    site.time_passes()
    assert site.acted == []
    assert site.told == [("carrier", False), ("carrier", True), ("carrier_delay", True)]


def test_light_of_which_the_kernel_has_not_told_yet_counts(site_of: SiteOf) -> None:
    site = site_of(2)
    site.light(on=False)
    site.lit = True
    site.time_passes()
    assert site.acted == []
    site.light(on=True)
    site.time_passes()
    assert site.acted == []
    assert site.told[-1] == ("carrier_delay", True)


def test_each_darkness_is_waited_for_by_itself(site_of: SiteOf) -> None:
    site = site_of(2)
    site.light(on=False)
    first = site.works.pop()
    site.light(on=True)
    asyncio.run(_all(site.works.pop()))
    site.light(on=False)
    second = site.works.pop()
    asyncio.run(_all(first))
    assert site.acted == []
    asyncio.run(_all(second))
    assert site.acted == [(PORT, False)]


def test_a_router_without_power_loses_its_ports_at_once(site_of: SiteOf) -> None:
    site = site_of(2)
    site.held = True
    site.light(on=False)
    assert site.acted == [(PORT, False)]


def test_a_port_that_was_down_is_up_once_it_has_had_light_for_long_enough(site_of: SiteOf) -> None:
    site = site_of(0, up=5)
    site.light(on=False)
    assert site.acted == [(PORT, False)]
    site.light(on=True)
    assert site.acted == [(PORT, False)]
    site.time_passes()
    assert site.acted == [(PORT, False), (PORT, True)]
    assert site.shut == [True, False]
    assert site.told == [("carrier", False), ("carrier", True), ("carrier_delay", True)]


def test_a_port_that_flaps_stays_down(site_of: SiteOf) -> None:
    site = site_of(0, up=5)
    site.light(on=False)
    site.time_passes()
    site.light(on=True)
    early = site.works.pop()
    site.light(on=False)
    site.light(on=True)
    late = site.works.pop()
    asyncio.run(_all(early))
    assert site.shut == [True]
    asyncio.run(_all(late))
    assert site.acted[-1] == (PORT, True)
    assert site.shut == [True, False]


def test_one_that_is_dark_again_unheard_does_not_rise(site_of: SiteOf) -> None:
    site = site_of(0, up=5)
    site.light(on=False)
    site.light(on=True)
    site.lit = False
    site.time_passes()
    assert site.acted == [(PORT, False)]
    assert site.shut == [True]


def test_light_in_time_has_no_second_wait(site_of: SiteOf) -> None:
    site = site_of(2, up=5)
    site.light(on=False)
    site.light(on=True)
    site.time_passes()
    assert (site.acted, site.shut) == ([], [])
    site.light(on=False)
    site.time_passes()
    assert (site.acted, site.shut) == ([(PORT, False)], [True])
