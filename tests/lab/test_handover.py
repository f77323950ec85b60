"""A lab's process boots and imports while the command reads its files. What is wrong with them leaves nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from dxemu.host import where
from dxemu.host.channel import Channel
from dxemu.host.idle import is_idle
from dxemu.host.job import Job
from dxemu.host.machine import memory_folder
from dxemu.host.swept import OF_THE_START
from dxemu.run.prepare import prepare
from dxemu.run.rehearse import rehearse
from dxemu.run.run_folder import RunFolder
from tests.lab.guest import REPOSITORY
from tests.lab.machine import environment, guest_of, processes_of

pytestmark = pytest.mark.lab

SCENARIO = REPOSITORY / "scenarios" / "pull_primary_cable.yaml"
WRONG = "topology: none\nsteps: []\n"
WITHIN_S = 30.0
COMPUTES_BY_S = 1.5
"""The guest has booted by then, and takes seconds to import what it is told to (`long_import`)."""
SLOW = """
import time
from dxemu import __main__
from dxemu.cli import run
run._prepare = lambda *_: time.sleep(600)
__main__.main()
"""
"""A dxemu that takes long to read its files."""
LARGE = """
import sys
from dxemu import __main__
from dxemu.host.embedded import Boot
from dxemu.run.prepare import Rehearsal
Rehearsal.memory_mb = 1500
command = Boot.command
Boot.command = lambda boot, folder: print(boot.memory, file=sys.stderr) or command(boot, folder)
__main__.main()
"""
"""A dxemu to which every design is a large one, and which says how much memory it starts a guest with."""


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def numbers(folder: Path) -> list[dict[str, object]]:
    """The timeline without what the machine's own clock says."""
    events = [json.loads(line) for line in (folder / "timeline.jsonl").read_text(encoding="utf-8").splitlines()]
    return [{key: event[key] for key in event if key != "wall_s"} for event in events]


def early(folder: Path) -> list[dict[str, object]]:
    """Run the scenario in a process that was started before it was read."""
    folder.mkdir()
    place = where.embedded("virtual", 120)

    async def run() -> None:
        async with place.started(folder, 1) as waiting:
            prepared = prepare(SCENARIO)
            # Stopped until the guest has long booted, as by a design that takes long to read.
            time.sleep(1.0)
            await rehearse(prepared, place, folder, 1, lambda _: None, waiting)

    asyncio.run(run())
    return numbers(folder)


def test_a_run_is_the_same_whether_its_guest_waited_for_it_or_not(tmp_path: Path) -> None:
    at_once = tmp_path / "at_once"
    at_once.mkdir()
    asyncio.run(rehearse(prepare(SCENARIO), where.embedded("virtual", 120), at_once, 1, lambda _: None))
    assert early(tmp_path / "early") == numbers(at_once)
    assert not [name for name in OF_THE_START if (tmp_path / "early" / name).exists()]


def tell_the_scheduler(_: object, channel: Channel, __: str) -> None:
    """In the guest: how often it has switched, and what it remembers of each process, where it says that."""
    switched = [line for line in Path("/proc/stat").read_text().splitlines() if line.startswith("ctxt")]
    known = [line for file in Path("/proc").glob("[0-9]*/sched") for line in file.read_text().splitlines()]
    channel.send("scheduler", 0, is_=[*switched, *sorted(known)])


def scheduler(folder: Path, *, late: bool) -> object:
    """The scheduler of a guest that was given its job while it computed, or when it had nothing more to do."""
    folder.mkdir()
    job = Job(target="tests.lab.test_handover:tell_the_scheduler", payload=None)

    async def run() -> object:
        async with where.embedded("virtual", 120).started(folder, 1, ["tests.lab.long_import"]) as waiting:
            time.sleep(COMPUTES_BY_S)
            while late and not is_idle(waiting.pid):
                time.sleep(0.01)
            async with contextlib.aclosing(waiting.run(job)) as events:
                return [event["is_"] async for event in events]

    return asyncio.run(run())


def test_a_guest_remembers_not_when_its_job_came(tmp_path: Path) -> None:
    """Who slept before whom decides who runs first later."""
    assert scheduler(tmp_path / "early", late=False) == scheduler(tmp_path / "late", late=True)


@pytest.mark.parametrize("before", [(), ("runs",), ("runs", "runs/wrong")])
def test_a_wrong_file_leaves_nothing(before: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(WRONG)
    for name in before:
        (tmp_path / name).mkdir()
    there = everything(tmp_path)
    with tempfile.TemporaryDirectory(prefix="dxemu-test-", dir=memory_folder()) as memory:
        env = environment(tmp_path, Path(memory))
        command = [sys.executable, "-m", "dxemu", "run", "wrong.yaml"]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stdout) == (2, "")
        assert "nothing was started" in done.stderr
        assert list(Path(memory).iterdir()) == []
    assert everything(tmp_path) == there
    assert processes_of(tmp_path) == {}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_ended_before_its_files_are_read_it_leaves_nothing(number: signal.Signals, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="dxemu-test-", dir=memory_folder()) as memory:
        env = environment(tmp_path, Path(memory))
        command = [sys.executable, "-c", SLOW, "run", "never.yaml"]
        process = subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.PIPE, text=True)
        late = time.monotonic() + WITHIN_S
        while guest_of(process.pid) is None or (tmp_path / "runs" / "never" / "1" / "init.py").is_symlink():
            assert time.monotonic() < late
            assert process.poll() is None
        process.send_signal(number)
        _, said = process.communicate(timeout=WITHIN_S)
        while processes_of(tmp_path):
            assert time.monotonic() < late
        assert process.returncode == (-9 if number is signal.SIGKILL else 130)
        assert "Traceback" not in said
        assert list(Path(memory).iterdir()) == []
    assert everything(tmp_path) == []


def test_the_folder_stays_when_the_run_has_begun(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "1"
    folder.mkdir(parents=True)
    made = RunFolder(folder, (folder, folder.parent))
    place = where.embedded("virtual", 120)

    async def run() -> None:
        async with place.started(made.path, 1, made=made.made) as waiting:
            await rehearse(prepare(SCENARIO), place, folder, 1, lambda _: None, waiting)

    asyncio.run(run())
    assert json.loads((folder / "result.json").read_text())["verdict"] == "pass"


@pytest.mark.parametrize(("options", "memory"), [((), ["1G", "2G"]), (("--memory", "900M"), ["900M"])])
def test_a_large_design_has_the_memory_that_it_needs(
    options: tuple[str, ...], memory: list[str], tmp_path: Path
) -> None:
    env = environment(tmp_path, memory_folder())
    command = [sys.executable, "-c", LARGE, "run", str(SCENARIO), *options]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr.split()) == (0, memory)
    folder = tmp_path / "runs" / "pull_primary_cable" / "1"
    assert json.loads((folder / "result.json").read_text())["verdict"] == "pass"
