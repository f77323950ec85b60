"""The lab's one way to say what happened: the channel, the run's clock, and those who wait for an event."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

from dxemu.errors import LabError
from dxemu.events.base import Event
from dxemu.events.codec import values_of
from dxemu.events.run import Building
from dxemu.host.channel import Channel
from dxemu.host.clock import Clock

RECENT = 8
BUILDING_WORDS = 50
"""How often a phase of building says how far it is, at most."""
T = TypeVar("T")


class Each(Protocol):
    """Goes through what is to be built one after the other, and says so: `Journal.each`."""

    def __call__(self, phase: str, things: Sequence[T]) -> Iterable[T]:
        """Each of `things`."""


def silently(phase: str, things: Sequence[T]) -> Iterable[T]:
    """Says nothing."""
    del phase
    return things


class Journal:
    """Tells every event to the channel, and to those who wait for one.

    What happens while the lab is being built is told when the run starts, because only then is it
    known how long before the start it was.
    """

    def __init__(self, channel: Channel, *, virtual: bool = False) -> None:
        """`virtual`: the kernel's clock is the virtual one."""
        self.clock = Clock(virtual=virtual)
        self._channel = channel
        self._flushing = False
        self._before: list[tuple[int, Event]] | None = []
        self._listeners: list[Callable[[Event], None]] = []
        self._waiting: list[tuple[Callable[[Event], bool], asyncio.Future[Event]]] = []
        self._recent: deque[Event] = deque(maxlen=RECENT)
        self._over_at: int | None = None
        self.told_at = 0
        """When the latest event was told, which listeners hear of: a stamp of the clock."""

    def start(self) -> None:
        """The run starts at this moment. Also to be called when the lab could not be built: what happened is told."""
        self.clock.start()
        before, self._before = self._before or [], None
        for stamp, event in before:
            self._keep(stamp, event)
        self._channel.flush()

    def building(self, phase: str, done: int, of: int) -> None:
        """Say how far the lab's building is: to those who wait for it, and no part of the timeline.

        It does not ask for the time: nobody is told when.
        """
        if self._before is not None and done % (of // BUILDING_WORDS + 1) == 0:
            self._channel.send(Building.word, 0, **values_of(Building(phase=phase, done=done, of=of)))

    def each(self, phase: str, things: Sequence[T]) -> Iterator[T]:
        """Each of `things`, which are built one after the other, saying so."""
        for number, thing in enumerate(things):
            self.building(phase, number, len(things))
            yield thing

    def tell(self, event: Event) -> None:
        """Something happened just now."""
        self._tell(self.clock.stamp(), event)

    def tell_each(self, events: Iterable[Event]) -> None:
        """All of it happened just now. To ask for the time is a system call, and there may be thousands."""
        stamp = self.clock.stamp()
        for event in events:
            self._tell(stamp, event)

    def _tell(self, stamp: int, event: Event) -> None:
        self.told_at = stamp
        if self._before is not None:
            self._before.append((stamp, event))
        elif self._over_at is None:
            self._keep(stamp, event)
            if not self._flushing:  # with whatever else happens at this moment
                self._flushing = True
                asyncio.get_running_loop().call_soon(self._flush)
        self._recent.append(event)
        for listener in self._listeners:
            listener(event)
        for matches, future in list(self._waiting):
            if not future.done() and matches(event):
                future.set_result(event)

    def over(self) -> None:
        """The run ends at this moment: what happens from now on is heard in the lab, and is no part of the timeline."""
        self._over_at = self.clock.stamp()

    def conclude(self, event: Event) -> None:
        """Say one thing more of a run that is over, at its last moment."""
        assert self._over_at is not None
        self._keep(self._over_at, event)
        self._channel.flush()

    def _keep(self, stamp: int, event: Event) -> None:
        self._channel.keep(event.word, self.clock.since_start(stamp), **values_of(event))

    def _flush(self) -> None:
        self._flushing = False
        self._channel.flush()

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Have every event from now on told to `listener` as well."""
        self._listeners.append(listener)

    async def wait_for(self, what: str, matches: Callable[[Event], bool], within_s: float) -> Event:
        """The next event that matches. Raises LabError, with what did happen, if none comes in time."""
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        entry = (matches, future)
        self._waiting.append(entry)
        try:
            return await asyncio.wait_for(future, within_s)
        except TimeoutError:
            last = "; ".join(_words(event) for event in self._recent) or "nothing"
            raise LabError(f"{what} did not happen within {within_s:g} s. Last seen: {last}") from None
        finally:
            self._waiting.remove(entry)


def _words(event: Event) -> str:
    return " ".join([event.word, *(str(value) for value in values_of(event).values() if value not in (None, ""))])
