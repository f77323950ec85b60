"""The program `dxemu`, and `python -m dxemu`: from the first moment on, a signal ends it in one line.

Until a command has been found and imported, which takes some tenths of a second, nothing was started and nothing is to
be tidied up. An exception in the middle of an import would be a traceback, or be swallowed by whoever imports.
"""

from __future__ import annotations

import os
import signal

from dxemu.host.signals import ending


def _end(number: int, frame: object) -> None:
    del number, frame
    try:
        os.write(2, b"interrupted\n")
    except OSError:  # the terminal is gone
        os._exit(130)
    os._exit(130)


def main() -> None:
    """Never returns."""
    for number in ending():
        signal.signal(number, _end)
    from dxemu.cli.app import main as commands

    commands()


if __name__ == "__main__":
    main()
