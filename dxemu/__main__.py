"""The program `dxemu`, and `python -m dxemu`: from the first moment on, a signal ends it in one line.

A command that comes to have something to tidy up says so itself (`dxemu.host.signals`).
"""

from __future__ import annotations

import gc

from dxemu.host.signals import at_once

ALLOCATED_BETWEEN_COLLECTIONS = 150_000
"""Objects, of which a check leaves 65,000 and an audit 90,000: one collection of them finds nothing and takes 30 ms."""


def main() -> None:
    """Never returns."""
    at_once()
    gc.set_threshold(ALLOCATED_BETWEEN_COLLECTIONS)
    from dxemu.compiled_late import compile_late  # imports for a tenth of a second on a slow machine

    compile_late()
    from dxemu.cli.app import main as commands

    commands()


if __name__ == "__main__":
    main()
