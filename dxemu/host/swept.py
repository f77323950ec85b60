"""What a lab needs to start is removed whatever becomes of this process: it may be killed while the kernel still boots.

The lab's first process removes it as soon as it has read it. Until then only another process can do so after SIGKILL.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from dxemu.host.process import not_started

OF_THE_START = ("job.json", "job.pickle", "init.py", ".uml")
"""In a run's folder: the job, which holds keys, and what the embedded kernel starts from."""
LIMIT_S = 10.0
_SCRIPT = 'read -r _; rm -rf -- "$@"'


@contextlib.contextmanager
def swept(folder: Path, names: Sequence[str] = OF_THE_START) -> Iterator[None]:
    """Remove `names` from `folder` when the context ends, or this process. Raises LabError if there is no shell.

    A shell waits for the end of a pipe, which the machine's kernel closes with this process. Its session is its own:
    what is meant for our process group does not reach it.
    """
    command = ["sh", "-c", _SCRIPT, "sh", *(str(folder / name) for name in names)]
    nothing = subprocess.DEVNULL
    try:
        shell = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=nothing, stderr=nothing, start_new_session=True)
    except OSError as error:
        raise not_started("sh", error) from error
    assert shell.stdin is not None
    try:
        yield
    finally:
        shell.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):  # a busy machine: it goes on without us
            shell.wait(LIMIT_S)
