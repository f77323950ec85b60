"""Boot a kernel to see what it can do: `dxemu.host.proof` run inside it, where all that a lab imports is imported."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
from pathlib import Path
from typing import Any

from dxemu.errors import LabError
from dxemu.forms import BY_TRIAL, asking_with
from dxemu.host import kernel_file, kernel_store, where
from dxemu.host.channel import Channel
from dxemu.host.embedded import run_embedded
from dxemu.host.imports import LAB
from dxemu.host.job import Job
from dxemu.host.proof import prove
from dxemu.host.swept import fleeting_folder


def prove_embedded(kernel: Path) -> list[dict[str, Any]]:  # Any: the proof's own JSON
    """What this kernel was seen to do, feature by feature.

    Raises LabError if it does not even boot, or if what a lab imports cannot be imported in it.
    """
    with asking_with(BY_TRIAL):
        return asyncio.run(_boot(kernel))


async def _boot(kernel: Path) -> list[dict[str, Any]]:  # Any: the proof's own JSON
    with fleeting_folder("dxemu-proof-") as folder:
        job = Job(target="dxemu.host.proving:inside", payload=LAB)
        release = kernel_file.abilities(kernel, kernel_store.BUILD_COMMAND).version
        events = run_embedded(job, folder.resolve(), where.boot(kernel, release))
        async with contextlib.aclosing(events):
            return [dict(event["line"]) async for event in events]  # type: ignore[call-overload]  # our own event


def inside(payload: object, channel: Channel, folder: str) -> None:
    """In the kernel that is being tried."""
    del folder
    try:
        importlib.import_module(str(payload))
    except ImportError as error:
        raise LabError(f"a lab cannot import what it needs: {error}", "sh scripts/setup") from error
    for feature in asyncio.run(prove()).values():
        channel.send("feature", 0, line=feature.line())
