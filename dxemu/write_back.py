"""What was written to a file is handed to the machine at once."""

from __future__ import annotations

import os

_ALL = 1 | 2 | 4
"""SYNC_FILE_RANGE_WAIT_BEFORE, _WRITE and _WAIT_AFTER (linux/fs.h): all that is still to be written."""


def write_back(fd: int) -> None:
    """Empty the kernel's cache of this file, as sync_file_range(2) does. Raises OSError if its disk is full.

    In the embedded kernel a write stays in its own memory, and is lost with it; afterwards the machine has it, whatever
    becomes of the guest. Unlike fdatasync(2) it does not wait until the machine's disk has: that a machine loses power
    is no case of ours, and a flush of the disk for each second of a probe made a run of hours half as long again.
    """
    import ctypes  # few who read a timeline write one

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.sync_file_range(fd, ctypes.c_int64(0), ctypes.c_int64(0), _ALL):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
