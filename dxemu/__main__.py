"""The program `dxemu`, and `python -m dxemu`: from the first moment on, a signal ends it in one line.

A command that comes to have something to tidy up says so itself (`dxemu.host.signals`).
"""

from __future__ import annotations

from dxemu.host.signals import at_once


def main() -> None:
    """Never returns."""
    at_once()
    from dxemu.cli.app import main as commands

    commands()


if __name__ == "__main__":
    main()
