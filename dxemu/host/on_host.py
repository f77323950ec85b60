"""Run one job in namespaces of the machine's own kernel: the same first process, the same job.

`unshare` gives it a mount and a process namespace of its own. When the lab ends, or the process that
started it, the first process in there (`dxemu.host.guard`) ends every connection and itself, and the kernel
everything inside: no daemon, network namespace or mount can stay behind.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from dxemu.errors import Unsupported
from dxemu.forms import means
from dxemu.host import follow, guest
from dxemu.host.follow import LabProcess
from dxemu.host.job import LAB_IMPORTS, write_start
from dxemu.host.swept import swept

ALONE = ("unshare", "--mount", "--pid", "--fork")
"""Without --kill-child: the guard sees the channel close, and needs a moment more than a kill would leave it."""
END_LIMIT_S = 3.0
ITS_OWN = "/run"
"""The folder that `dxemu.host.guest` replaces for it."""


@contextlib.asynccontextmanager
async def started(
    folder: Path, stall_limit_s: float | None, imports: Sequence[str] = LAB_IMPORTS, made: Sequence[Path] = ()
) -> AsyncIterator[LabProcess]:
    """Start it as root in `folder`: it imports and waits for a job. Raises FileError, LabError or Unsupported.

    `made` is as for `dxemu.host.embedded.started`. -B: root's compiled modules have no place in an ordinary user's
    clone.
    """
    if folder.is_relative_to(ITS_OWN):
        raise Unsupported(
            f"a lab in the host's kernel has {ITS_OWN} for itself, and {folder} is below it",
            means().folder,
        )
    python = [str(Path(sys.executable).resolve()), *guest.PYTHON_OPTIONS, "-B", guest.__file__, guest.NATIVE]
    env = {"PATH": os.defpath}
    with swept(folder, made=made) as broom:
        write_start(folder, imports)
        async with follow.started([*ALONE, *python], env, folder, broom, stall_limit_s, end_limit_s=END_LIMIT_S) as lab:
            yield lab
