"""A terminal in a node of a lab that lives, or a program with pipes, for somebody who has connected."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from dxemu.errors import LabError
from dxemu.host.channel import TERMINAL
from dxemu.run.living import LivingLab
from dxemu.run.orders import Advance, OpenTerminal
from dxemu.units import Seconds

STEP_S = 0.1
"""So often a virtual clock is let go on while a terminal is open: at most as fast as time passes here."""


async def shell(
    lab: LivingLab,
    order: OpenTerminal,
    lines: asyncio.Queue[Mapping[str, object]],
    tell: Callable[[Mapping[str, object]], None],
    drain: Callable[[], Awaitable[None]],
    gone: asyncio.Event,
    *,
    hold: bool,
) -> Mapping[str, object]:
    """Until its program ends; gives its `status`. A client that goes ends it. With `hold` nobody lets time go on.

    `drain` returns when what was told is on its way: a slow reader holds the program back.
    """
    opened = await lab.give(order)
    number = opened["terminal"]
    said = lab.session.terminals.setdefault(number, asyncio.Queue())
    beside = [asyncio.create_task(_type(lab, number, lines)), asyncio.create_task(_gone(lab, number, said, gone))]
    if not hold:
        beside.append(asyncio.create_task(_let_time_go_on(lab)))
    try:
        while (one := await said.get()) is not None:
            if "status" in one:
                return {"status": one["status"]}
            tell({key: value for key, value in one.items() if key != TERMINAL})
            with contextlib.suppress(ConnectionError):  # then `gone` says so
                await drain()
            if "taken" in one:
                continue
            lab.session.to_terminal({TERMINAL: number, "more": True})
        await lab.session.over()
        raise LabError("the lab has ended", "Start another one.")
    finally:
        lab.session.terminals.pop(number, None)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def _type(lab: LivingLab, number: object, lines: asyncio.Queue[Mapping[str, object]]) -> None:
    while True:
        lab.session.to_terminal({TERMINAL: number, **await lines.get()})


async def _gone(lab: LivingLab, number: object, said: asyncio.Queue[Any], gone: asyncio.Event) -> None:  # Any: as there
    await gone.wait()
    lab.session.to_terminal({TERMINAL: number, "close": True})
    said.put_nowait({"status": 0})


async def _let_time_go_on(lab: LivingLab) -> None:
    """A step after a step has been made: a machine that is slower than the lab's time holds it back."""
    never = asyncio.get_running_loop().create_future()
    before = time.monotonic()
    while True:
        await asyncio.wait({never}, timeout=STEP_S)
        now = time.monotonic()
        await lab.session.give(Advance(by=Seconds(min(now - before, 1.0))))
        before = now
