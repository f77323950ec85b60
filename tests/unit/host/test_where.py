"""A lab has the memory that it needs, unless somebody chose how much, and a folder that it can see."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.errors import Unsupported
from dxemu.forms import BY_LAB, asking_with
from dxemu.host import on_host
from dxemu.host.embedded import MEMORY, Boot
from dxemu.host.where import Where

BOOT = Boot(kernel=Path("/linux"), memory_folder=Path("/dev/shm"))
EMBEDDED = Where(kernel="embedded", clock="virtual", release="7.3.4", stall_limit_s=None, boot=BOOT)


@pytest.mark.parametrize(
    ("megabytes", "memory"), [(0, MEMORY), (1024, MEMORY), (1025, "2G"), (2048, "2G"), (2049, "3G")]
)
def test_memory_comes_in_whole_gigabytes(megabytes: int, memory: str) -> None:
    boot = EMBEDDED.with_room_for(megabytes).boot
    assert boot is not None
    assert boot.memory == memory


def test_what_somebody_chose_stays() -> None:
    chosen = replace(EMBEDDED, boot=replace(BOOT, memory="512M"), memory_chosen=True)
    assert chosen.with_room_for(3000) == chosen


def test_the_machines_own_kernel_has_the_machines_memory() -> None:
    host = Where(kernel="host", clock="real", release="6.12", stall_limit_s=None)
    assert host.with_room_for(3000) == host


def test_a_lab_cannot_be_where_its_own_run_folder_hides_it() -> None:
    async def start() -> None:
        async with on_host.started(Path("/run/user/1000/state"), None):
            pass

    with pytest.raises(Unsupported, match=r"has /run for itself.*below it\n  .*--runs"):
        asyncio.run(start())
    with asking_with(BY_LAB), pytest.raises(Unsupported, match=r"below it\n  .*XDG_STATE_HOME"):
        asyncio.run(start())
