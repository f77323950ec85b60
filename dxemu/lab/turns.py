"""Work that is done one after the other, in the order in which it came."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from dxemu.errors import LabError

T = TypeVar("T")


class Turns:
    """A queue of work, and the one who does it (`run`)."""

    def __init__(self) -> None:
        self._work: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._going = asyncio.Event()
        self._going.set()

    def add(self, do: Callable[[], Awaitable[None]]) -> None:
        """Do it after all that has come in before."""
        self._work.put_nowait(do)

    async def in_turn(self, do: Callable[[], Awaitable[T]]) -> T:
        """The same. Returns what it gives, when it is done; raises LabError if that does."""
        if self.frozen:
            raise LabError("its routing programs stand still", "Heal that first.")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        async def turn() -> None:
            try:
                done.set_result(await do())
            except LabError as error:
                done.set_exception(error)

        self._work.put_nowait(turn)
        return await done

    async def run(self) -> None:
        """Do what has come in, for ever."""
        while True:
            do = await self._work.get()
            await self._going.wait()
            await do()
            self._work.task_done()

    async def idle(self) -> None:
        """Return when everything that has come in is done."""
        if not self.frozen:
            await self._work.join()

    @property
    def frozen(self) -> bool:
        """Whether nothing is done for now; what comes in waits."""
        return not self._going.is_set()

    def freeze(self, *, frozen: bool) -> None:
        """Do nothing from now on, or go on with what has come in meanwhile."""
        (self._going.clear if frozen else self._going.set)()
