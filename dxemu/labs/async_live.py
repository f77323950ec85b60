"""Labs in Python for programs of asyncio: the same object, whose every method is awaited.

async with dxemu.async_lab("backup_connection") as lab:
    await lab.advance("5 s")
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from dxemu.labs.live import LiveLab, up

P = ParamSpec("P")
T = TypeVar("T")


def _awaited(
    method: Callable[Concatenate[LiveLab, P], T],
) -> Callable[Concatenate[AsyncLab, P], Coroutine[Any, Any, T]]:
    """The same, done beside the loop. One that is cancelled goes on until its end in the lab."""

    async def call(self: AsyncLab, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.to_thread(method, await self.lab(), *args, **kwargs)

    functools.update_wrapper(call, method)
    return call


class AsyncLab:
    """A `LiveLab` whose methods are awaited. It is brought up when it is first used, or entered."""

    def __init__(self, begin: Callable[[], LiveLab]) -> None:
        self._begin = begin
        self._lab: asyncio.Task[LiveLab] | None = None

    async def lab(self) -> LiveLab:
        """The lab itself, once it is up."""
        if self._lab is None:
            self._lab = asyncio.ensure_future(asyncio.to_thread(self._begin))
        return await asyncio.shield(self._lab)

    fail = _awaited(LiveLab.fail)
    heal = _awaited(LiveLab.heal)
    act = _awaited(LiveLab.act)
    change = _awaited(LiveLab.change)
    back = _awaited(LiveLab.back)
    follow = _awaited(LiveLab.follow)
    save = _awaited(LiveLab.save)
    probe = _awaited(LiveLab.probe)
    stop_probe = _awaited(LiveLab.stop_probe)
    advance = _awaited(LiveLab.advance)
    until = _awaited(LiveLab.until)
    exec = _awaited(LiveLab.exec)
    status = _awaited(LiveLab.status)
    report = _awaited(LiveLab.report)
    outages = _awaited(LiveLab.outages)
    events = _awaited(LiveLab.events)
    down = _awaited(LiveLab.down)

    async def __aenter__(self) -> Self:
        await self.lab()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.down()


def async_lab(
    topology: str | Path, *, name: str | None = None, clock: str = "virtual", kernel: str = "embedded", seed: int = 1
) -> AsyncLab:
    """As `dxemu.lab`, for `async with`."""
    return AsyncLab(functools.partial(up, topology, name=name, clock=clock, kernel=kernel, seed=seed))
