"""Orders that change a lab's design take turns; what the lab refuses leaves the design as it was. The lab is none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, cast

import pytest

from dxemu.changes.standing import Standing
from dxemu.errors import InputErrors, LabError
from dxemu.plan.make import make_plan
from dxemu.plan.versions import DEBIAN_12
from dxemu.report.evaluate import RunMeta
from dxemu.run.design_file import take
from dxemu.run.living import LivingLab
from dxemu.run.orders import Act, Follow, Order, OrderRefused
from dxemu.run.session import Session
from dxemu.topology import document

DESIGN = Path(__file__).parents[3] / "topologies" / "backup_connection.yaml"
OFF = "virtual_interfaces: {primary: {customer: {enabled: off}}}"
LEAK = "announce_prefixes: {router: colo_router, prefixes: 10.64.0.0/24}"
STOP = LEAK.replace("announce", "withdraw")


class SlowSession:
    """Carries out an order once it is told to, and remembers which design the lab was to become."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.refuses: Exception | None = None
        self.became: list[Any] = []

    async def give(self, order: Order) -> dict[str, object]:
        self.begun.set()
        await self.may_end.wait()
        if self.refuses is not None:
            raise self.refuses
        if isinstance(order, Follow | Act) and order.design:
            self.became.append(take(str(self._folder), order.design).plan)
        return {"evidence": "", "at_s": 1.0}


def in_lab(folder: Path, story: Callable[[LivingLab, SlowSession], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        design, here = document.read(DESIGN), SlowSession(folder)
        plan = make_plan(design.topology(), DEBIAN_12)
        meta = cast("RunMeta", None)
        lab = LivingLab(cast("Session", here), Standing.of(design), plan, DEBIAN_12, folder, meta)
        await story(lab, here)

    asyncio.run(run())


def test_two_opposite_orders_at_once_are_carried_out_one_after_the_other(tmp_path: Path) -> None:
    async def story(lab: LivingLab, here: SlowSession) -> None:
        before = lab.plan
        first = asyncio.create_task(lab.change(OFF))
        await here.begun.wait()
        second = asyncio.create_task(lab.back())
        third = asyncio.create_task(lab.act(LEAK))
        fourth = asyncio.create_task(lab.act(STOP))
        await asyncio.sleep(0)
        assert lab.plan is before, "nothing is true before the lab says so"
        here.may_end.set()
        await asyncio.gather(first, second, third, fourth)
        assert len(here.became) == 4
        assert here.became[0] != before
        assert here.became[1] == before
        assert here.became[3] == before == lab.plan

    in_lab(tmp_path, story)


def test_an_order_in_the_middle_of_an_apply_is_looked_at_in_the_design_after_it(tmp_path: Path) -> None:
    async def story(lab: LivingLab, here: SlowSession) -> None:
        first = asyncio.create_task(lab.change(OFF))
        await here.begun.wait()
        again = asyncio.create_task(lab.change(OFF))
        leak, twice = asyncio.create_task(lab.act(LEAK)), asyncio.create_task(lab.act(LEAK))
        here.may_end.set()
        await asyncio.gather(first, leak)
        with pytest.raises(InputErrors, match="is changed already, by 'change'"):
            await again
        with pytest.raises(InputErrors, match=r"colo_router announces 10\.64\.0\.0/24 already"):
            await twice
        assert len(here.became) == 2

    in_lab(tmp_path, story)


@pytest.mark.parametrize("why", [OrderRefused("the lab cannot"), LabError("the lab has ended", "Start another one.")])
def test_what_the_lab_refuses_leaves_the_design_as_it_was(tmp_path: Path, why: Exception) -> None:
    async def story(lab: LivingLab, here: SlowSession) -> None:
        here.may_end.set()
        before, text = lab.plan, lab.text()
        for refused in (lab.act(LEAK), lab.change(OFF)):
            here.refuses = why
            with pytest.raises(type(why)):
                await refused
        here.refuses = None
        assert (lab.plan, lab.text(), lab.changes) == (before, text, ())
        assert list(tmp_path.glob("*.pickle")) == [], "it has keys"
        await lab.act(LEAK)
        assert here.became == [lab.plan]

    in_lab(tmp_path, story)


TWICE: dict[str, Callable[[LivingLab], Any]] = {
    "a fault": lambda lab: lab.fail("cable_cut: {connection: primary, connection: backup}"),
    "an action": lambda lab: lab.act("reset_session: {session: primary, session: backup}"),
    "a probe": lambda lab: lab.probe("app: {udp: {from: app, from: web, to: web}}"),
    "a change": lambda lab: lab.change("virtual_interfaces: {primary: {mtu: 1500, mtu: 8500}}"),
}
"""Each with a key that is written twice: which of them is meant is not for the lab to guess."""


@pytest.mark.parametrize("order", TWICE)
def test_a_key_written_twice_is_refused_before_anything_is_touched(order: str, tmp_path: Path) -> None:
    async def story(lab: LivingLab, here: SlowSession) -> None:
        here.may_end.set()
        with pytest.raises(InputErrors, match="DX-F004"):
            await TWICE[order](lab)
        assert not here.begun.is_set()

    in_lab(tmp_path, story)


def test_a_fault_to_heal_is_looked_at_in_the_same_way(tmp_path: Path) -> None:
    async def story(lab: LivingLab, here: SlowSession) -> None:
        with pytest.raises(InputErrors, match="DX-F004"):
            lab.faults_like("cable_cut: {connection: primary, connection: backup}")
        assert not here.begun.is_set()

    in_lab(tmp_path, story)
