"""The virtual clock can be held: no time passes, no processor is used, and what comes in is answered at once."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable
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


WORKING = """
import os, time
begun = time.monotonic_ns()
for _ in range(2_000):
    time.monotonic_ns()
for _ in range(1_000):
    try:
        os.stat("/run/is-not-there")
    except OSError:
        pass
print(time.monotonic_ns() - begun)
"""
"""What costs nothing: a program's looks and failures between two sleeps, as many as a daemon's start needs."""

TO_AND_FRO = """
import contextlib, os, socket, time
until = time.monotonic() + 0.02
here, there = socket.socketpair()
mine, other = (here, there) if os.fork() else (there, here)
other.close()
while time.monotonic() < until:
    with contextlib.suppress(OSError):
        mine.send(b"-")
        mine.recv(1)
"""
"""Two that wait by looking, and sleep all the while: time must come to them."""

WAITING = """
import time
begun, looks = time.monotonic_ns(), 1
while (now := time.monotonic_ns()) < begun + 500_000_000:
    looks += 1
print(now - begun, looks)
"""
"""Half a second by looking: at 256 ns for each it would be two million looks."""


OF_THE_KERNEL = """
import ctypes, os, struct, time
poll = ctypes.CDLL(None).poll
readable, there = os.pipe()
os.write(there, b"-")
asked = ctypes.create_string_buffer(struct.pack("ihh", readable, 1, 0))  # POLLIN
begun = time.monotonic_ns()
for _ in range(20_000):
    poll(asked, 1, 1000)
free = time.monotonic_ns() - begun
for _ in range(120_000):
    poll(asked, 1, 1000)
print(free, time.monotonic_ns() - begun)
"""
"""In each of these calls the kernel looks at the clock, for the moment at which it would end, and it ends at once."""


def let_the_kernel_look(_payload: object, channel: Channel, _folder: str) -> None:
    """In the guest: a program turns in circles with calls alone."""
    program = [sys.executable, "-I", "-S", "-c", OF_THE_KERNEL]
    done = subprocess.run(program, check=True, timeout=None, stdout=subprocess.PIPE, text=True)
    free_ns, circling_ns = map(int, done.stdout.split())
    channel.send("looked", 0, free_ns=free_ns, circling_ns=circling_ns)


def test_looks_of_the_kernel_cost_nothing_until_somebody_turns_in_circles(tmp_path: Path) -> None:
    """How many it takes in a call is its version's own."""
    (event,) = run("let_the_kernel_look", tmp_path)
    assert event["free_ns"] == 0
    assert int(str(event["circling_ns"])) > 0


def wait_in_every_way(_payload: object, channel: Channel, _folder: str) -> None:
    """In the guest: each call that waits, for a second."""
    nobody, _other = os.pipe()
    told = select.poll()
    told.register(nobody, select.POLLIN)
    epoll = select.epoll()
    epoll.register(nobody, select.EPOLLIN)
    lock = threading.Lock()
    lock.acquire()
    ways: dict[str, Callable[[], object]] = {
        "select": lambda: select.select([nobody], [], [], 1.0),
        "poll": lambda: told.poll(1000),
        "epoll": lambda: epoll.poll(1.0),
        "nanosleep": lambda: time.sleep(1.0),
        "futex": lambda: lock.acquire(timeout=1.0),
    }
    late = {}
    for way, wait in ways.items():
        begun = time.monotonic_ns()
        wait()
        late[way] = time.monotonic_ns() - begun - 10**9
    channel.send("waited", 0, late_ns=late)


def test_who_waits_is_woken_when_it_is_due(tmp_path: Path) -> None:
    """Linux lets who polls sleep a thousandth longer, so that wake-ups meet."""
    (event,) = run("wait_in_every_way", tmp_path)
    assert event["late_ns"] == dict.fromkeys(("select", "poll", "epoll", "nanosleep", "futex"), 0)


def look_in_other_programs(_payload: object, channel: Channel, _folder: str) -> None:
    """In the guest: programs look at the clock, which is not held."""

    def output(program: str) -> str:
        return subprocess.run(
            [sys.executable, "-I", "-S", "-c", program], check=True, timeout=None, stdout=subprocess.PIPE, text=True
        ).stdout

    worked = int(output(WORKING))
    begun = time.monotonic_ns()
    output(TO_AND_FRO)
    handed = time.monotonic_ns()
    waited_ns, looks = map(int, output(WAITING).split())
    waited = time.monotonic_ns()
    while time.monotonic_ns() < waited + 20_000_000:  # the first process, too
        pass
    spun_ns, handed_ns = time.monotonic_ns() - waited, handed - begun
    channel.send("looked", 0, worked_ns=worked, handed_ns=handed_ns, waited_ns=waited_ns, looks=looks, spun_ns=spun_ns)


def test_looks_cost_nothing_but_to_who_waits_by_looking(tmp_path: Path) -> None:
    (event,) = run("look_in_other_programs", tmp_path)
    assert event["worked_ns"] == 0
    assert 500_000_000 <= int(str(event["waited_ns"])) < 500_020_000
    assert int(str(event["looks"])) < 100_000, "the longer it waits, the larger are its steps"
    assert 20_000_000 <= int(str(event["handed_ns"])) < 25_000_000
    assert 20_000_000 <= int(str(event["spun_ns"])) < 21_000_000


TRAPPING = 228
"""clock_gettime as a system call, whatever the vDSO does (asm/unistd_64.h)."""


def look_both_ways(_payload: object, channel: Channel, _folder: str) -> None:
    """In the guest: each clock by the vDSO and by a system call, between sleeps and in another process, too."""
    libc, spec = ctypes.CDLL(None), (ctypes.c_int64 * 2)()

    def trapped_ns(clock: int) -> int:
        libc.syscall(TRAPPING, clock, spec)
        return spec[0] * 10**9 + spec[1]

    def differences() -> list[int]:
        found = []
        for _ in range(20):
            time.sleep(0.0123456)
            found += [time.clock_gettime_ns(clock) - trapped_ns(clock) for clock in CLOCKS]
        return found

    with open("/proc/self/maps") as maps:
        page = next(int(line.split("-")[0], 16) for line in maps if "[vvar]" in line)
    left = ctypes.c_long.from_address(page)
    before = left.value
    for _ in range(100):
        time.monotonic_ns()
    taken = before - left.value
    here = differences()
    child = os.fork()
    if child == 0:
        os._exit(any(differences()))
    there = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    time.clock_settime_ns(time.CLOCK_REALTIME, time.time_ns() + 7 * 10**9)
    moved = differences()
    channel.send("looked", 0, taken=taken, here=any(here), there=there, moved=any(moved))


CLOCKS = time.CLOCK_REALTIME, time.CLOCK_MONOTONIC, time.CLOCK_BOOTTIME


def test_the_clock_is_read_without_a_system_call_and_is_the_same(tmp_path: Path) -> None:
    (event,) = run("look_both_ways", tmp_path)
    assert event["taken"] == 100, "the vDSO counted them: no trap"
    assert (event["here"], event["there"], event["moved"]) == (False, 0, False)


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
