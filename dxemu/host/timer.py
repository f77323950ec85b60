"""A timer that is exact.

poll(2) and epoll wait 0.1 % longer than asked (Linux rounds timeouts so that wake-ups can be shared):
30 ms for a keepalive, 90 ms for a hold timer. timerfd does not.
"""

from __future__ import annotations

import ctypes
import os
import struct

CLOCK_REALTIME, CLOCK_MONOTONIC = 0, 1
_TFD_TIMER_ABSTIME = 1
_ITIMERSPEC = struct.Struct("=qqqq")
_NS = 10**9
_libc = ctypes.CDLL(None, use_errno=True)


class Timer:
    """A timerfd. `fd` is readable when it has fired."""

    def __init__(self, clock: int = CLOCK_MONOTONIC) -> None:
        self.fd: int = _libc.timerfd_create(clock, 0)
        if self.fd < 0:
            raise _failed()

    def fire_at(self, first_ns: int, interval_ns: int = 0) -> None:
        """Fire at `first_ns` of the clock, then every `interval_ns` (0: once). A moment that is past fires at once."""
        setting = _ITIMERSPEC.pack(*divmod(interval_ns, _NS), *divmod(max(first_ns, 1), _NS))
        if _libc.timerfd_settime(self.fd, _TFD_TIMER_ABSTIME, setting, None):
            raise _failed()

    def wait(self) -> int:
        """Block until it fires; how many times it has since the last call."""
        return int.from_bytes(os.read(self.fd, 8), "little")

    def close(self) -> None:
        """Give it back."""
        os.close(self.fd)


def _failed() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"timerfd: {os.strerror(number)}")
