"""The lines of a run while it goes on, on a terminal or in a file."""

from __future__ import annotations

from typing import Self

from dxemu.events.base import Event
from dxemu.events.run import RunStarted
from dxemu.events.sessions import (
    BfdChanged,
    BgpChanged,
)
from dxemu.events.steps import (
    FaultInjected,
)
from dxemu.report.best_lines import BestLines, OfOnePrefix
from dxemu.report.console import PlainConsole
from dxemu.report.live import live_line, progress


class LiveLines:
    """A context manager: prints the lines of a run as its events come in, and on a terminal how far it is."""

    def __init__(self, console: PlainConsole) -> None:
        self._console = console
        self._last_fault_s: float | None = None
        self._clock = "virtual"
        self._down: set[tuple[str, str]] = set()
        self._best = BestLines()
        self._status = console.status("building the lab") if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._tell_best()
        if self._status is not None:
            self._status.stop()

    def hear(self, event: Event) -> None:
        """Show one event, if it is one for people. Changes of routes are shown once their moment is over."""
        if self._best.over(event):
            self._tell_best()
        if isinstance(event, OfOnePrefix):
            self._best.add(event)
            return
        if isinstance(event, RunStarted):
            self._clock = event.clock
        if isinstance(event, FaultInjected):
            self._last_fault_s = event.t
        if self._status is not None and (words := progress(event)):
            self._status.update(words)
        line = live_line(event, self._last_fault_s, self._clock)
        if line is not None and not self._known(event):
            self._tell_best()
            self._print(line)

    def _tell_best(self) -> None:
        for event, more in self._best.taken():
            line = live_line(event, self._last_fault_s, self._clock, more=more)
            if line is not None:
                self._print(line)

    def _print(self, line: str) -> None:
        self._console.print(line, soft_wrap=True)

    def _known(self, event: Event) -> bool:
        """Whether it is BFD agreeing that a session is down which that node has given up already."""
        if isinstance(event, BfdChanged):
            return event.state == "down" and (event.node, event.session) in self._down
        if isinstance(event, BgpChanged):
            (self._down.add if event.state == "down" else self._down.discard)((event.node, event.session))
        return False
