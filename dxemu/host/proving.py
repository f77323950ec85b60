"""Boot a kernel to see what it can do: `dxemu.host.proof` run inside it."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from dxemu.host import where
from dxemu.host.channel import Channel
from dxemu.host.embedded import run_embedded
from dxemu.host.job import Job
from dxemu.host.proof import prove


def prove_embedded(kernel: Path) -> list[dict[str, Any]]:  # Any: the proof's own JSON
    """What this kernel was seen to do, feature by feature. Raises LabError if it does not even boot."""
    return asyncio.run(_boot(kernel))


def _release(kernel: Path) -> str:
    """What the binary says of itself; empty if it says nothing, and then it runs by ptrace."""
    done = subprocess.run([str(kernel), "--version"], capture_output=True, text=True, timeout=10, check=False)
    return done.stdout.strip()


async def _boot(kernel: Path) -> list[dict[str, Any]]:  # Any: the proof's own JSON
    with tempfile.TemporaryDirectory(prefix="dxemu-proof-") as folder:
        job = Job(target="dxemu.host.proving:inside", payload=None)
        events = run_embedded(job, Path(folder).resolve(), where.boot(kernel, _release(kernel)))
        async with contextlib.aclosing(events):
            return [dict(event["line"]) async for event in events]  # type: ignore[call-overload]  # our own event


def inside(payload: object, channel: Channel, folder: str) -> None:
    """In the kernel that is being tried."""
    del payload, folder
    for feature in asyncio.run(prove()).values():
        channel.send("feature", 0, line=feature.line())
