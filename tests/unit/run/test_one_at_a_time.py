"""An order that comes in the middle of a change waits until the lab has become what it is to be."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from dxemu.faults.cable_silent import CableSilent
from dxemu.run.by_hand import Hands
from dxemu.run.orders import Follow, Heal, Inject, Order

CHANGE = Follow(id="change", back=False, design="design-1", topology="topology.1.yaml")
CUT = Inject(id="cut", fault=CableSilent(connection="primary"), lasts=None)


class Quiet:
    """A lab, and all that it has, of which nothing is asked here."""

    def __getattr__(self, name: str) -> Any:  # Any: a lab has many things
        return Quiet()

    def __call__(self, *_: object) -> Any:
        return self


@pytest.mark.parametrize("second", [CUT, CHANGE, Heal(id="cut")])
def test_an_order_in_the_middle_of_a_change_waits(second: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    async def give() -> list[str]:
        told, go_on = list[str](), asyncio.Event()

        async def carry_out(_: Hands, order: Order) -> dict[str, object]:
            told.append(f"{order.word} begins")
            await go_on.wait()
            told.append(f"{order.word} is done")
            return {}

        monkeypatch.setattr(Hands, "_as_in_a_scenario", carry_out)
        quiet: Any = Quiet()
        hands = Hands(quiet, quiet, 5.0, "", quiet)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(hands.carry_out(CHANGE))
            tasks.create_task(hands.carry_out(second))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert told == ["follow begins"]
            go_on.set()
        return told

    after = [f"{second.word} begins", f"{second.word} is done"]
    assert asyncio.run(give()) == ["follow begins", "follow is done", *after]
