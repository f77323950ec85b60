"""What a program of the embedded kernel's writes is in the machine's file when write(2) returns, with no flush."""

from __future__ import annotations

import asyncio
import contextlib
import time
from pathlib import Path

import pytest

from dxemu.host import kernel_store
from dxemu.host.channel import Channel
from dxemu.host.embedded import Boot, run_embedded
from dxemu.host.job import Job
from dxemu.host.machine import memory_folder

pytestmark = pytest.mark.lab

PART = bytes(range(256)) * 41  # two pages and a half
WITHIN_S = 60.0
LOOK_S = 0.02


def writes_and_spins(payload: object, channel: Channel, folder: str) -> None:
    """In the guest: after the write it never enters the kernel again, and the virtual clock stands still."""
    del payload
    file = open(f"{folder}/log", "wb", buffering=0)  # noqa: SIM115 - never closed: that would write it back
    channel.send("begun", 0)
    file.write(PART)
    while True:
        pass


def test_what_was_written_is_the_machines(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def look() -> bytes:
        boot = Boot(kernel=kernel_store.require().path, memory_folder=memory_folder())
        job = Job(target="tests.lab.test_written_through:writes_and_spins", payload=None)
        async with contextlib.aclosing(run_embedded(job, tmp_path, boot)) as stream:
            await anext(stream)
            until = time.monotonic() + WITHIN_S
            while log.stat().st_size < len(PART) and time.monotonic() < until:
                await asyncio.sleep(LOOK_S)
            return log.read_bytes()

    assert asyncio.run(look()) == PART
