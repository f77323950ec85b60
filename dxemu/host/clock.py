"""The run's clock: seconds since the run's start, on CLOCK_MONOTONIC. The only place that waits for time to pass."""

from __future__ import annotations

import asyncio
import time

from dxemu.host.timer import Timer


class Clock:
    """Counts from `start()`; `epoch_ns` (CLOCK_MONOTONIC) is 0 until then."""

    def __init__(self) -> None:
        self.epoch_ns = 0

    def start(self) -> None:
        """The run starts at this moment."""
        self.epoch_ns = time.monotonic_ns()

    @staticmethod
    def stamp() -> int:
        """This moment, for `since_start`."""
        return time.monotonic_ns()

    def since_start(self, stamp: int) -> float:
        """Seconds from the run's start to a moment; negative for one before it."""
        return (stamp - self.epoch_ns) / 1e9

    def now(self) -> float:
        """Seconds since the run's start."""
        return self.since_start(self.stamp())

    async def until(self, t: float) -> None:
        """Return at `t` seconds after the run's start, or at once if that is past."""
        await _fired_at(self.epoch_ns + round(t * 1e9))

    @staticmethod
    async def reach(seconds: float) -> None:
        """Return at a moment of CLOCK_MONOTONIC, or at once if that is past."""
        await _fired_at(round(seconds * 1e9))

    async def settle(self, seconds: float) -> None:
        """Let time pass while the lab does what it does."""
        await _fired_at(self.stamp() + round(seconds * 1e9))


async def _fired_at(moment_ns: int) -> None:
    timer = Timer()
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
