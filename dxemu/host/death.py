"""Why a lab broke, where it was the machine: asked while it is still so, before the lab's memory is given back."""

from __future__ import annotations

import re
import shutil
import signal
from pathlib import Path

from dxemu.errors import FileError, LabError, Unsupported
from dxemu.files import shown, trouble
from dxemu.forms import means

ROOM_BYTES = 1 << 20
"""A folder with less room than this is full to a guest that asks for more memory."""
_NOT_EXECUTED = (126, 127)
"""What `setpriv` and a shell end with when they cannot execute a program (POSIX, exec)."""
_EXEC = re.compile(r"^\w+: failed to execute (?P<program>.+): (?P<why>[^:\n]+)$", re.MULTILINE)
_OOM = re.compile(r"Out of memory: Killed process|System is deadlocked on memory|MemoryError|Cannot allocate memory")
_BUS = re.compile(r"Kernel mode signal 7\b|Bus error")


def cause(folder: Path, memory_folder: Path | None, status: int | None, console: str) -> LabError | None:
    """The error to tell instead of the lab's own; None if the machine is not known to be at fault.

    `status` is how the lab's process ended (negative: the signal), None if it has not. `console` is what it printed.
    """
    if not folder.is_dir():
        return FileError(
            f"the run's folder {shown(folder)} was deleted while it ran", "run it again, and leave it there"
        )
    if (problem := trouble(folder)) is not None:
        return problem
    if status in _NOT_EXECUTED:
        found = _EXEC.search(console)
        program, why = (found["program"], found["why"]) if found else ("a program", "it may not be executed")
        return Unsupported(f"{program} cannot be executed: {why}", "dxemu doctor says what lacks")
    if _OOM.search(console):
        return LabError("the lab needs more memory than it has", means().memory)
    if memory_folder is not None and (status == -signal.SIGBUS or _BUS.search(console) or _is_full(memory_folder)):
        problem_text = f"{shown(memory_folder)}, which holds the lab's memory, is full"
        return FileError(problem_text, "make room there, or: export TMPDIR=<a folder with room, not mounted noexec>")
    if status == -signal.SIGKILL:
        return LabError(
            "the lab was killed from outside (SIGKILL)", "for want of memory perhaps: the machine's log (dmesg) says so"
        )
    return None


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < ROOM_BYTES
    except OSError:
        return False
