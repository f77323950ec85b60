"""The run's clock: seconds since the run's start, on CLOCK_MONOTONIC. The only place that waits for time to pass.

Under the virtual clock what programs compute costs no time, nor do their looks at the clock and their calls that fail
(until somebody waits by looking: kernel/patches/hold.patch). What draws chance from the time (BIRD its jitter, from the
microsecond at which it starts), or counts whole seconds or ticks of it, would still give other numbers where a wait of
ours ends at another moment. So all of it begins at a pinned moment (`moment`, `whole_second`). What is drawn from the
kernel has names, and does not hang on moments: `dxemu.host.chance`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from dxemu.host.timer import CLOCK_REALTIME, Timer

MOMENT_NS = 10**8
SECOND_NS = 10**9
_BUILT_WITHIN_NS = 10**10
"""More than interfaces and LAGs take."""
_LEAD_NS = 10**6
"""The last part of a wait is a blocking one: the event loop looks at the clock after it, how often is up to Python."""
_ALONE_NS = 10**7
"""More than any daemon takes until it waits for something: some let a few milliseconds pass first."""


class Clock:
    """Counts from `start()`; `epoch_ns` (CLOCK_MONOTONIC) is 0 until then.

    `virtual`: the kernel's clock is the virtual one. Where it is real nobody waits for pinned moments.
    """

    def __init__(self, *, virtual: bool = False) -> None:
        self.epoch_ns = 0
        self.virtual = virtual

    def start(self) -> None:
        """The run starts at this moment."""
        self.epoch_ns = time.monotonic_ns()

    @staticmethod
    def stamp() -> int:
        """This moment, for `since_start`."""
        return time.monotonic_ns()

    def since_start(self, stamp: int) -> float:
        """Seconds from the run's start to a moment, to the microsecond; negative for one before it.

        As exact as the timeline: what follows a fault within a nanosecond did not come before it.
        """
        return round((stamp - self.epoch_ns) / 1e9, 6)

    def now(self) -> float:
        """Seconds since the run's start."""
        return self.since_start(self.stamp())

    async def until(self, t: float) -> None:
        """Return at `t` seconds after the run's start, or at once if that is past.

        On the virtual clock nobody else gets a turn in between then: what is to happen at one moment happens together,
        and not with as much of its consequences in between as a kernel has told until then.
        """
        at = self.epoch_ns + round(t * 1e9)
        if not self.virtual or self.stamp() < at:
            await _fired_at(Timer(), at)

    async def settle(self, seconds: float) -> None:
        """Let time pass while the lab does what it does."""
        await _fired_at(Timer(), self.stamp() + round(seconds * 1e9))

    @asynccontextmanager
    async def moment(self, unit_ns: int = MOMENT_NS) -> AsyncIterator[None]:
        """What is done inside begins on the next whole 100 ms of the virtual clock, with the processor for itself.

        Or on the next whole one of another unit.

        A daemon that is started there sees the same time in every run, to the nanosecond, because we look at no clock
        until it waits for something.
        """
        if not self.virtual:
            yield
            return
        at = _next(unit_ns)
        await _pinned(at)
        yield
        _block_until(at + _ALONE_NS)

    async def whole_second(self, after_s: float) -> None:
        """Return `after_s` seconds after the next whole second of the virtual clock; at once where it is real."""
        if self.virtual:
            await _pinned(_next(SECOND_NS) + round(after_s * 1e9))

    async def daemons_begin(self) -> None:
        """Return at the next whole ten seconds of the virtual clock; at once where it is real.

        How long interfaces and LAGs take until they can be used is up to the kernel's version: Linux 6.12 tells that
        light has come up to a second later than 7.3 does. What begins after them begins at one moment all the same.
        """
        if self.virtual:
            await _pinned(_next(_BUILT_WITHIN_NS))


def _next(unit_ns: int) -> int:
    """The next whole unit of the wall clock for which there is time to wait."""
    return -(-(time.time_ns() + 2 * _LEAD_NS) // unit_ns) * unit_ns


async def _pinned(at_ns: int) -> None:
    """Return at this moment of the wall clock, on which ExaBGP counts."""
    await _fired_at(Timer(CLOCK_REALTIME), at_ns - _LEAD_NS)
    _block_until(at_ns)


def _block_until(at_ns: int) -> None:
    """Block at a moment of the wall clock, without a look at it."""
    with closing(Timer(CLOCK_REALTIME)) as timer:
        timer.fire_at(at_ns)
        timer.wait()


async def _fired_at(timer: Timer, moment_ns: int) -> None:
    loop = asyncio.get_running_loop()
    fired = loop.create_future()
    try:
        timer.fire_at(moment_ns)
        loop.add_reader(timer.fd, _finish, fired)
        await fired
    finally:
        loop.remove_reader(timer.fd)
        timer.close()


def _finish(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
