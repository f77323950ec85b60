"""A process that goes on when whoever started it is gone: in a session of its own, with no terminal."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from dxemu.files import border
from dxemu.host.process import not_started


def started(command: Sequence[str], folder: Path, log: Path, fds: Sequence[int]) -> subprocess.Popen[bytes]:
    """Start it in `folder`; what it prints goes to `log`, and it gets `fds` under their numbers.

    Raises LabError and FileError.
    """
    with border(log):
        said = log.open("wb")
    with said:
        try:
            return subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                pass_fds=fds,
            )
        except OSError as error:
            raise not_started(command[0], error) from error
