"""The run's clock: seconds since the run's start, on CLOCK_MONOTONIC. The only place that waits for time to pass."""

from __future__ import annotations

import asyncio
import time


class Clock:
    """Counts from `start()`. Before that, `now()` is negative or zero: everything then is preparation."""

    def __init__(self) -> None:
        self.epoch_ns = time.monotonic_ns()
        self._started = False

    def start(self) -> None:
        """The run starts at this moment."""
        self.epoch_ns = time.monotonic_ns()
        self._started = True

    def now(self) -> float:
        """Seconds since the run's start; while the lab is being built always 0."""
        return (time.monotonic_ns() - self.epoch_ns) / 1e9 if self._started else 0.0

    async def until(self, t: float) -> None:
        """Return at `t` seconds after the run's start, or at once if that is past."""
        await asyncio.sleep(max(0.0, self.epoch_ns / 1e9 + t - time.monotonic()))

    @staticmethod
    async def settle(seconds: float) -> None:
        """Let time pass while the lab does what it does."""
        await asyncio.sleep(seconds)
