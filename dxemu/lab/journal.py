"""The lab's one way to say what happened: the channel, the run's clock, and those who wait for an event."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping

from dxemu.errors import LabError
from dxemu.host.channel import Channel
from dxemu.host.clock import Clock

RECENT = 8

Event = Mapping[str, object]


class Journal:
    """Tells every event to the channel, and to those who wait for one."""

    def __init__(self, channel: Channel, clock: Clock) -> None:
        self.clock = clock
        self._channel = channel
        self._listeners: list[Callable[[Event], None]] = []
        self._waiting: list[tuple[Callable[[Event], bool], asyncio.Future[Event]]] = []
        self._recent: deque[Event] = deque(maxlen=RECENT)

    def tell(self, event: str, **values: object) -> None:
        """Something happened just now. The words are those of `dxemu.measure.timeline`."""
        t = self.clock.now()
        self._channel.send(event, t, **values)
        happened = {"t": t, "event": event, **values}
        self._recent.append(happened)
        for listener in self._listeners:
            listener(happened)
        for matches, future in list(self._waiting):
            if not future.done() and matches(happened):
                future.set_result(happened)

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
    rest = " ".join(str(value) for key, value in event.items() if key not in ("t", "event") and value not in (None, ""))
    return f"{event['event']} {rest}"
