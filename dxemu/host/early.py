"""A lab's process that is started before anybody knows what it is to run, and so how much memory that needs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from dxemu.host.follow import LabProcess
from dxemu.host.job import LAB_IMPORTS
from dxemu.host.where import Where


class Early:
    """An asynchronous context manager: meanwhile it boots, imports and waits. `imports`, `made`: see `Where.started`.

    To read a design, and to import what reads it, takes about as long.
    """

    def __init__(
        self, where: Where, folder: Path, seed: int, imports: Sequence[str] = LAB_IMPORTS, made: Sequence[Path] = ()
    ) -> None:
        self._where = where
        self._folder = folder
        self._seed = seed
        self._imports = imports
        self._made = made
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Raises LabError."""
        self._process = await self._start(self._where)
        return self

    async def with_room_for(self, megabytes: int) -> LabProcess:
        """It, or, if a lab of that size needs more memory, another one that takes its place. Raises LabError."""
        needed = self._where.with_room_for(megabytes)
        if needed != self._where:
            self._process.leave_folder()
            await self._stack.aclose()
            self._process = await self._start(needed)
        return self._process

    async def _start(self, where: Where) -> LabProcess:
        return await self._stack.enter_async_context(
            where.started(self._folder, self._seed, self._imports, made=self._made)
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)
