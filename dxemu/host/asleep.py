"""Has this machine slept meanwhile? Then time in a lab with the real clock is not the time that passed."""

from __future__ import annotations

import time


def asleep_s() -> float:
    """How long it has been suspended since it was started: what CLOCK_BOOTTIME counts and CLOCK_MONOTONIC does not."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
