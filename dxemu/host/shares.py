"""Work that is shared out among processes, and on a terminal a word on how far it is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from typing import Any

from rich.status import Status

from dxemu.audit.spread import Item, Result
from dxemu.errors import LabError
from dxemu.host.signals import ends_with
from dxemu.report.console import PlainConsole

ALONE_S = 0.5
"""What takes no longer than this is not worth other processes."""

QUIET_S = 2.0
"""From then on a person wants to know how far it is."""

SHARES = 8
"""How many shares a process gets, one after the other: so that none waits long for the slowest."""


class Jobs:
    """A `dxemu.audit.spread.Spread` over up to `number` processes. The results are the same for any number.

    The processes are forks: they have the work, and all that was computed before, without being sent it. They end with
    this one, however it ends. `console` is where progress is told, if it is a terminal; None: nowhere.
    """

    def __init__(self, number: int, console: PlainConsole | None = None) -> None:
        self._number = number
        self._console = console if console is not None and console.is_terminal else None
        self._began_s = time.monotonic()

    def __call__(self, work: Callable[[Item], Result], items: Sequence[Item], what: str) -> Iterator[Result]:
        """An error in one of the processes is raised here; nothing goes on then. LabError if one of them is gone."""
        with ExitStack() as stack:
            status: Status | None = None
            for done, result in enumerate(self._results(work, items)):
                yield result
                if self._console is not None and time.monotonic() - self._began_s > QUIET_S:
                    text = f"{what}: {done + 1} of {len(items)}"
                    if status is None:
                        status = stack.enter_context(self._console.status(text))
                    status.update(text)

    def _results(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        began_s, done = time.monotonic(), 0
        while done < len(items) and (self._number == 1 or time.monotonic() - began_s < ALONE_S):
            yield work(items[done])
            done += 1
        if done < len(items):
            yield from self._shared(work, items[done:])

    def _shared(self, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        size = max(1, len(items) // (self._number * SHARES))
        shares = [items[start : start + size] for start in range(0, len(items), size)]
        pool = ProcessPoolExecutor(
            min(self._number, len(shares)),
            multiprocessing.get_context("fork"),
            initializer=_begin,
            initargs=(work, shares, os.getpid()),
        )
        under_way: list[Future[list[Any]]] = []
        try:
            under_way += [pool.submit(_share, number) for number in range(len(shares))]
            for future in under_way:
                yield from future.result()
        except BrokenProcessPool as error:
            raise LabError(
                "a process that did a part of the work was ended from outside", "If memory was short, use --jobs 1."
            ) from error
        finally:
            if not all(future.done() for future in under_way):
                for child in multiprocessing.active_children():
                    child.kill()  # SIGTERM would find this process's handler in one that has only just been forked
            pool.shutdown(cancel_futures=True)


_mine: tuple[Callable[[Any], Any], Sequence[Sequence[Any]]] | None = None
"""In a child: the work, and the shares of it."""


def _begin(work: Callable[[Any], Any], shares: Sequence[Sequence[Any]], parent: int) -> None:
    """A child starts: the terminal's signals are for its parent, and it ends with it."""
    global _mine
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ends_with(parent)
    _mine = work, shares


def _share(number: int) -> list[Any]:
    assert _mine is not None
    work, shares = _mine
    return [work(item) for item in shares[number]]
