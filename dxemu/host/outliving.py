"""A process that goes on when whoever started it is gone: in a session of its own, with no terminal."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from dxemu.files import OTHER_STATE, border
from dxemu.host.process import not_started


class Outliving:
    """Such a process, for the one who started it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def wait(self) -> None:
        """Return when it has ended."""
        self._process.wait()

    def __del__(self) -> None:
        """It goes on, and that is no mistake: subprocess would warn of it."""
        if self._process.poll() is None:
            self._process.returncode = 0


def started(command: Sequence[str], folder: Path, log: Path, fds: Sequence[int]) -> Outliving:
    """Start it in `folder`; what it prints goes to `log`, and it gets `fds` under their numbers.

    Raises LabError and FileError.
    """
    with border(log, otherwise=OTHER_STATE):
        said = log.open("wb")
    with said:
        try:
            nothing = subprocess.DEVNULL
            return Outliving(
                subprocess.Popen(
                    command,
                    cwd=folder,
                    stdin=nothing,
                    stdout=said,
                    stderr=said,
                    start_new_session=True,
                    pass_fds=fds,
                )
            )
        except OSError as error:
            raise not_started(command[0], error) from error
