"""The virtual clock can be held: no time passes, no processor is used, and what comes in is answered at once."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import subprocess
import time
from pathlib import Path

import pytest

from dxemu.host import hold, where
from dxemu.host.channel import Channel
from dxemu.host.job import Job

pytestmark = pytest.mark.lab


def run(function: str, folder: Path) -> list[dict[str, object]]:
    """Run one of the functions below inside the guest; its events."""

    async def collect() -> list[dict[str, object]]:
        job = Job(target=f"tests.lab.test_hold:{function}", payload=None)
        async with contextlib.aclosing(where.embedded("virtual", 120).run(job, folder, 1)) as stream:
            return [dict(event) async for event in stream]

    return asyncio.run(collect())


def look_while_held(_payload: object, channel: Channel, _folder: str) -> None:
    """In the guest: a timer is due, the clock is looked at, calls fail and a program runs, all of it held."""
    begun = time.monotonic_ns()
    hold.hold()
    held_at = time.monotonic_ns()
    for _ in range(10_000):
        time.monotonic_ns()
    for _ in range(1000):
        with contextlib.suppress(OSError):
            os.stat("/run/is-not-there")
    subprocess.run(["/bin/true"], check=True, timeout=None)
    passed = time.monotonic_ns() - held_at
    hold.release()
    select.select([], [], [], 5.0)
    channel.send("looked", 0, booted_ns=begun, passed_ns=passed, then_s=(time.monotonic_ns() - begun) / 1e9)


def test_no_time_passes_while_the_clock_is_held(tmp_path: Path) -> None:
    (event,) = run("look_while_held", tmp_path)
    assert event["passed_ns"] == 0
    assert 5.0 <= float(str(event["then_s"])) < 5.1, "it passes again afterwards"


def test_boot_and_imports_take_no_time(tmp_path: Path) -> None:
    (event,) = run("look_while_held", tmp_path)
    assert int(str(event["booted_ns"])) < 1_000_000


def test_a_job_that_waits_for_hours_begins_at_the_same_moment(tmp_path: Path) -> None:
    """While a guest waits for its job its clock is held, however long that takes."""

    async def booted_ns(folder: Path, wait_s: float) -> object:
        folder.mkdir()
        job = Job(target="tests.lab.test_hold:look_while_held", payload=None)
        async with where.embedded("virtual", 120).started(folder, 1) as lab:
            await asyncio.sleep(wait_s)
            async with contextlib.aclosing(lab.run(job)) as stream:
                return [event["booted_ns"] async for event in stream]

    assert asyncio.run(booted_ns(tmp_path / "a", 0.0)) == asyncio.run(booted_ns(tmp_path / "b", 3.0))
