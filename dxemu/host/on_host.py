"""Run one job in namespaces of the machine's own kernel: the same first process, the same job.

`unshare` gives it a mount and a process namespace of its own. When the lab ends, or the process that
started it, the first process in there (`dxemu.host.guard`) ends every connection and itself, and the kernel
everything inside: no daemon, network namespace or mount can stay behind.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path

from dxemu.host import guest
from dxemu.host.follow import follow
from dxemu.host.job import Job

ALONE = ("unshare", "--mount", "--pid", "--fork")
"""Without --kill-child: the guard sees the channel close, and needs a moment more than a kill would leave it."""
END_LIMIT_S = 3.0


async def run_on_host(
    job: Job, folder: Path, stall_limit_s: float | None
) -> AsyncGenerator[Mapping[str, object], None]:
    """Run the job as root; yield its events. Raises as `follow` does.

    -B: root's compiled modules have no place in an ordinary user's clone.
    """
    job.write(folder, native=True)
    python = [str(Path(sys.executable).resolve()), *guest.PYTHON_OPTIONS, "-B", guest.__file__, guest.NATIVE]
    events = follow([*ALONE, *python], {"PATH": os.defpath}, folder, stall_limit_s, end_limit_s=END_LIMIT_S)
    async with contextlib.aclosing(events):
        async for event in events:
            if event["event"] != guest.BOOTED:
                yield event
