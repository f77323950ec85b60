"""In the lab process: take orders one after the other, and answer them.

Where the clock is virtual it is held while an order is awaited: time goes on while one is carried out only. Importing
what an order speaks of, reading it and writing its answer take none.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

from dxemu.errors import LabError
from dxemu.host import hold
from dxemu.host.channel import ANSWER, FILE, Channel
from dxemu.lab.lab import Lab
from dxemu.lab.tasks import Tasks
from dxemu.run.by_hand import Hands
from dxemu.run.hand_prober import HandProber
from dxemu.run.job import RunJob, Served
from dxemu.run.order_codec import decoded, done, number_of, refused
from dxemu.run.orders import ORDERS, PROTOCOL, EndLab, OrderRefused

LONGEST_ANSWER = 16_000
"""Bytes of a line to the outside."""


class Orders:
    """What comes in: one JSON object a line, of whatever length in a file."""

    def __init__(self, channel: Channel, folder: str) -> None:
        self._channel = channel
        self._folder = folder

    async def next(self) -> object:
        """Wait for it. Raises LabError if whoever gives orders has gone, OrderRefused for what is no JSON."""
        while (line := self._channel.line()) is None:
            await self._readable()
            try:
                self._channel.read()
            except EOFError as error:
                raise LabError("whoever gave orders has gone") from error
        try:
            written = json.loads(line)
            return self._from_file(written[FILE]) if isinstance(written, dict) and FILE in written else written
        except (ValueError, OSError) as error:
            raise OrderRefused(f"an order cannot be read: {error}", "Send one JSON object a line.") from error

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        come = asyncio.Event()
        loop.add_reader(self._channel.fd, come.set)
        try:
            await come.wait()
        finally:
            loop.remove_reader(self._channel.fd)

    def answer(self, answer: dict[str, object]) -> None:
        """After all that has happened before. A long one is in a file: a full line would wait for time to pass."""
        text = json.dumps(answer)
        if len(text) > LONGEST_ANSWER:
            name = f"answer-{answer[ANSWER]}.json"
            with open(f"{self._folder}/{name}", "w") as file:  # noqa: PTH123 - as below
                file.write(text)
                file.flush()
                os.fdatasync(file.fileno())
            answer = {ANSWER: answer[ANSWER], FILE: name}
        self._channel.send_line(answer)

    def _from_file(self, name: object) -> object:
        path = f"{self._folder}/{os.path.basename(str(name))}"  # noqa: PTH119 - pathlib costs time in the guest
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            data = file.read()
        os.unlink(path)  # noqa: PTH108 - as above
        return json.loads(data)


async def serve(
    lab: Lab, job: RunJob, folder: str, stack: AsyncExitStack, *, served: Served, channel: Channel, tick_s: float
) -> None:
    """Carry out orders until one says that this is the end. Raises LabError."""
    virtual = job.clock == "virtual"
    begin, end = (hold.hold, hold.release) if virtual else (_nothing, _nothing)
    embedded = job.kernel == "embedded"
    prober = await stack.enter_async_context(HandProber(lab, folder, job.runners, embedded=embedded))
    tasks = await stack.enter_async_context(Tasks())
    hands = Hands(lab, prober, tick_s, folder, tasks)
    begin()
    orders = Orders(channel, folder)
    orders.answer(done(0, lab.journal.clock.now(), {"protocol": PROTOCOL, "orders": list(ORDERS)}))
    try:
        await _each(hands, lab, orders, served, begin, end)
    finally:
        end()
    await prober.finished()


async def _each(
    hands: Hands,
    lab: Lab,
    orders: Orders,
    served: Served,
    begin_hold: Callable[[], None],
    end_hold: Callable[[], None],
) -> None:
    while True:
        number = None
        try:
            written = await orders.next()
            number = number_of(written)
            order = decoded(written, served if hands.names is None else replace(served, names=hands.names))
            if isinstance(order, EndLab):
                orders.answer(done(number, lab.journal.clock.now(), {}))
                return
            end_hold()
            try:
                values = await hands.carry_out(order)
            finally:
                begin_hold()
            answer = done(number, lab.journal.clock.now(), values)
        except OrderRefused as why:
            answer = refused(number, lab.journal.clock.now(), why.problem, why.remedy)
        orders.answer(answer)


def _nothing() -> None:
    """The clock is real: it cannot be held."""
