"""Which signals end a program of ours. Imports nothing else: it is needed before anything takes time."""

from __future__ import annotations

import signal
from collections.abc import Iterator


def ending() -> Iterator[signal.Signals]:
    """What a terminal, or whoever runs it, ends a program with. `nohup` says which of them does not count."""
    yield from (signal.SIGINT, signal.SIGTERM)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is not signal.SIG_IGN:
            yield number
