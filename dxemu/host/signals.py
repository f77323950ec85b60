"""Which signals end a program of ours, and how. Imports next to nothing: it is needed before anything takes time."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

INTERRUPTED = 130
"""The exit status, as a shell has it of a program that SIGINT ended."""
_PR_SET_PDEATHSIG = 1


def ending() -> Iterator[signal.Signals]:
    """What a terminal, or whoever runs it, ends a program with. `nohup` says which of them does not count."""
    yield from (signal.SIGINT, signal.SIGTERM)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            yield number


def at_once() -> None:
    """From now on they end the program in one line: for as long as it has nothing, or others tidy up after it.

    An exception would strike in the middle of an import, where it is a traceback, or in a callback, which swallows it.
    """
    for number in ending():
        signal.signal(number, _end)


def as_exceptions() -> None:
    """From now on they are KeyboardInterrupt: there is something to tidy up."""
    for number in ending():
        signal.signal(number, signal.default_int_handler)


def ends_with(parent: int) -> None:
    """From now on this process is killed when `parent` ends, from which it was forked (prctl(2))."""
    import ctypes  # few need it

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _end(number: int, frame: object) -> None:
    del number, frame
    try:
        os.write(2, b"interrupted\n")
    finally:  # also if the terminal is gone
        os._exit(INTERRUPTED)
