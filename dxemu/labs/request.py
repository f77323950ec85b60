"""What a front asks of a lab that lives, and how it is read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from dxemu.forms import Form, by_hand
from dxemu.run.living import LivingLab
from dxemu.run.order_codec import encoded
from dxemu.run.orders import Order, OrderRefused
from dxemu.topology.words import quoted
from dxemu.units import Seconds

Answer = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing asked. `tell` sends something before the end; `gone` is set when whoever asked has gone.

    `lines` are what the client says after its request. `drain` returns when what was told is on its way.
    """

    lab: LivingLab
    written: Mapping[str, object]
    tell: Callable[[Answer], None]
    drain: Callable[[], Awaitable[None]]
    lines: asyncio.Queue[Mapping[str, object]]
    gone: asyncio.Event

    def text(self, key: str) -> str:
        """A text that has to be there. Raises OrderRefused."""
        found = self.written.get(key)
        if not isinstance(found, str) or not found:
            raise OrderRefused(f"{self.written.get('do')} lacks {quoted(key)}", "Give it a text.")
        return found

    def or_none(self, key: str) -> str | None:
        """The same for one that need not be there."""
        return self.text(key) if self.written.get(key) is not None else None

    def seconds(self, key: str) -> Seconds | None:
        """A duration as people write it, `30 s`; None if it is not there. Raises OrderRefused."""
        written = self.or_none(key)
        if written is None:
            return None
        try:
            return Seconds.parse(written)
        except ValueError as error:
            problem = f"{self.place(str(self.written.get('do'))).option(key)}: {error}"
            raise OrderRefused(problem, "Write for example 30 s, 500 ms or 2 min.") from error

    def place(self, order: str) -> Form:
        """What errors call the place of this order: a command, or a call of Python."""
        return by_hand(order, str(self.written.get("form", "")))

    async def give(self, order: Order) -> Answer:
        """Give an order that takes time; it ends when whoever asked goes."""
        return await self.lab.session.give_written(encoded(order, 0), self.gone)
