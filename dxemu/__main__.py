"""The program `dxemu`, and `python -m dxemu`: from the first moment on, a signal ends it in one line.

A command that comes to have something to tidy up says so itself (`dxemu.host.signals`).
"""

from __future__ import annotations

import gc

from dxemu.host.signals import at_once

ALLOCATED_BETWEEN_COLLECTIONS = 50_000
"""Objects. With CPython's 700 a seventh of what a short command takes is collections that find nothing."""


def main() -> None:
    """Never returns."""
    at_once()
    gc.set_threshold(ALLOCATED_BETWEEN_COLLECTIONS)
    from dxemu.cli.app import main as commands

    commands()


if __name__ == "__main__":
    main()
