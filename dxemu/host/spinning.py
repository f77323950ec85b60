"""A program in the embedded kernel that computes without end, while the virtual clock stands still.

Computing takes no virtual time, so that no timer ever interrupts it, and nothing else in there runs: only from outside
can it be ended. Each program of the guest's is a process here, of the session of its kernel. A SIGILL that the machine
sends to one is its own to the guest: it ends what runs in it, and the kernel goes on.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path

_STATE, _SESSION, _USER, _SYSTEM = 0, 3, 11, 12
"""Fields of /proc/PID/stat after the name (proc_pid_stat(5))."""


def processor_ticks(session: int) -> Mapping[int, int]:
    """The processes of a session that run at this moment, but for its leader, and how much each has computed."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == session:
            continue
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[_SESSION]) == session and fields[_STATE] == "R":
                found[int(entry.name)] = int(fields[_USER]) + int(fields[_SYSTEM])
    return found


def end_spinning(before: Mapping[int, int], now: Mapping[int, int]) -> int | None:
    """End the one process that has computed between two looks, if it was one alone. Gives its number."""
    spinning = [pid for pid, ticks in now.items() if ticks > before.get(pid, ticks)]
    if len(spinning) != 1:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.kill(spinning[0], signal.SIGILL)
    return spinning[0]
