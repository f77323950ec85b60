"""Holding the embedded kernel's virtual clock: time stands still, everything that needs no timer goes on.

While it is held an idle guest sleeps until input comes, and looks at the clock and failing calls cost nothing
(kernel/patches/hold.patch). A guest boots held, so that its imports take no time of the lab's.
"""

from __future__ import annotations

import contextlib
import os

FILE = "/proc/time-travel-hold"
BOOT_WORD = "time-travel-hold"
"""On the kernel's command line: boot held."""


def hold() -> None:
    """Time stands still from now on. Raises OSError where there is no virtual clock."""
    _write(b"1")


def release() -> None:
    """Time passes again. Does nothing where the kernel has no such switch: time passes there."""
    with contextlib.suppress(FileNotFoundError):
        _write(b"0")


def _write(value: bytes) -> None:
    file = os.open(FILE, os.O_WRONLY)
    try:
        os.write(file, value)
    finally:
        os.close(file)
