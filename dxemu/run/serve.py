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
from dxemu.host.channel import ANSWER, FILE, INTERRUPT, TERMINAL, Channel
from dxemu.lab.lab import Lab
from dxemu.lab.tasks import Tasks
from dxemu.run import show_command
from dxemu.run.by_hand import Beside, Hands
from dxemu.run.hand_prober import HandProber
from dxemu.run.job import RunJob, Served
from dxemu.run.order_codec import decoded, done, number_of, refused
from dxemu.run.orders import ORDERS, PROTOCOL, EndLab, Order, OrderRefused
from dxemu.run.terminals import Terminals

LONGEST_ANSWER = 16_000
"""Bytes of a line to the outside."""


class Orders:
    """What comes in: one JSON object a line, of whatever length in a file."""

    def __init__(self, channel: Channel, folder: str) -> None:
        self._channel = channel
        self._folder = folder

    async def next(self) -> object:
        """Wait for it. Raises LabError if whoever gives orders has gone, OrderRefused for what is no JSON."""
        line = await self._line()
        try:
            written = json.loads(line)
            return self._from_file(written[FILE]) if isinstance(written, dict) and FILE in written else written
        except (ValueError, OSError) as error:
            raise OrderRefused(f"an order cannot be read: {error}", "Send one JSON object a line.") from error

    async def _line(self) -> bytes:
        while (line := self._channel.line()) is None:
            await self._readable()
            try:
                self._channel.read()
            except EOFError as error:
                raise LabError("whoever gave orders has gone") from error
        return line

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
    prober = await stack.enter_async_context(HandProber(lab, folder, job.runners, job.seed, embedded=embedded))
    tasks = await stack.enter_async_context(Tasks())
    terminals = stack.enter_context(Terminals(lab, channel.send_line))
    await show_command.start(lab, stack)
    hands = Hands(lab, prober, tick_s, folder, Beside(tasks, terminals))
    begin()
    orders = Orders(channel, folder)
    orders.answer(done(0, lab.journal.clock.now(), {"protocol": PROTOCOL, "orders": list(ORDERS)}))
    try:
        await _Served(hands, lab, orders, served, Beside(tasks, terminals), begin, end).serve()
    finally:
        end()
    await prober.finished()


class _Served:
    """Each order is carried out beside the others; where time is held until one comes, whoever gives them takes turns.

    `begin_hold` and `end_hold` hold the clock and let it go.
    """

    def __init__(
        self,
        hands: Hands,
        lab: Lab,
        orders: Orders,
        served: Served,
        beside: Beside,
        begin_hold: Callable[[], None],
        end_hold: Callable[[], None],
    ) -> None:
        self._hands = hands
        self._clock = lab.journal.clock
        self._orders = orders
        self._served = served
        self._tasks = beside.tasks
        self._terminals = beside.terminals
        self._begin_hold = begin_hold
        self._end_hold = end_hold
        self._going: dict[int | None, asyncio.Event] = {}

    async def serve(self) -> None:
        """Until the order that ends the lab."""
        while True:
            number = None
            try:
                written = await self._orders.next()
                if isinstance(written, dict) and INTERRUPT in written:
                    self._interrupt(written[INTERRUPT])
                    continue
                if isinstance(written, dict) and TERMINAL in written:
                    self._terminals.hear(written)
                    continue
                number = number_of(written)
                names = self._hands.names
                order = decoded(written, self._served if names is None else replace(self._served, names=names))
            except OrderRefused as why:
                self._orders.answer(refused(number, self._clock.now(), why.problem, why.remedy))
                continue
            if isinstance(order, EndLab):
                self._orders.answer(done(number, self._clock.now(), {}))
                return
            self._going[number] = asyncio.Event()
            self._tasks.start(self._carry_out(number, order))

    def _interrupt(self, number: object) -> None:
        """Nobody wants to wait any longer for this order. It may be done already."""
        if isinstance(number, int) and number in self._going:
            self._going[number].set()

    async def _carry_out(self, number: int | None, order: Order) -> None:
        self._end_hold()
        try:
            values = await self._hands.carry_out(order, self._going[number])
            answer = done(number, 0.0, values)
        except OrderRefused as why:
            answer = refused(number, 0.0, why.problem, why.remedy)
        finally:
            del self._going[number]
            if not self._going:
                self._begin_hold()
        self._orders.answer({**answer, "t": round(self._clock.now(), 9)})


def _nothing() -> None:
    """The clock is real: it cannot be held."""
