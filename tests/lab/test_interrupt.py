"""However a run ends, it ends at once, says why, and leaves nothing: no process, no file, no network namespace."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dxemu.errors import LabError
from dxemu.host.follow import started
from dxemu.host.job import Job
from dxemu.host.machine import memory_folder
from dxemu.host.swept import OF_THE_START, swept
from tests.lab.guest import REPOSITORY
from tests.lab.kills import Kill, carry_out, drawn
from tests.lab.machine import environment, guest_of, network, ordinary_user, processes_of

pytestmark = [pytest.mark.lab, pytest.mark.alone]

ENDS_WITHIN_S = 2.0
STARTS_WITHIN_S = 30.0
LOOK_S = 0.02
SCENARIO = REPOSITORY / "scenarios" / "primary_comes_back.yaml"  # the longest: it is never over before the signal comes


@dataclass
class Run:
    """A `dxemu run` that was started in `folder`, with folders of its own for everything that it could write."""

    folder: Path
    memory: Path
    process: subprocess.Popen[str]

    @property
    def guest(self) -> int | None:
        """The embedded kernel's process."""
        return guest_of(self.process.pid)

    def reach(self, moment: str) -> None:
        """Return when the run has come so far."""
        reached: dict[str, Callable[[], object]] = {
            "booting": lambda: self.guest,
            "building": lambda: list(self.folder.glob("runs/*/*/*.exabgp.log")),
            "running": lambda: "BGP sessions established" in (self.folder / "out").read_text(),
        }
        late = time.monotonic() + STARTS_WITHIN_S
        while not reached[moment]():
            assert self.process.poll() is None, (self.folder / "err").read_text()
            assert time.monotonic() < late, f"not {moment} after {STARTS_WITHIN_S:g} s"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(LOOK_S)

    def ended(self) -> tuple[int, str, str]:
        """Exit status, stdout and stderr, once it has ended. Fails if that takes too long or anything is left."""
        started = time.monotonic()
        status = self.process.wait(ENDS_WITHIN_S)
        while (left := processes_of(self.folder)) and time.monotonic() < started + ENDS_WITHIN_S:
            pass
        assert left == {}
        assert list(self.memory.iterdir()) == []
        assert list((self.folder / "home").iterdir()) == []
        left_over = {entry.name for entry in self.folder.iterdir()} - {"runs"}
        assert left_over == {"err", "home", "out"}
        return status, (self.folder / "out").read_text(), (self.folder / "err").read_text()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    (tmp_path / "home").mkdir()
    before = network()
    command = [sys.executable, "-m", "dxemu", "run", str(SCENARIO)]
    with tempfile.TemporaryDirectory(prefix="dxemu-test-", dir=memory_folder()) as name:
        memory = Path(name)
        with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
            env = environment(tmp_path / "home", memory)
            process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=out, stderr=err, text=True)
        try:
            yield Run(tmp_path, memory, process)
            assert network() == before
        finally:
            process.kill()
            process.wait()


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        (signal.SIGINT, "booting"),
        (signal.SIGHUP, "booting"),
        (signal.SIGINT, "running"),
        (signal.SIGTERM, "building"),
        (signal.SIGTERM, "running"),
        (signal.SIGHUP, "building"),
        (signal.SIGQUIT, "running"),
    ],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else value,
)
def test_interrupted(run: Run, number: signal.Signals, moment: str) -> None:
    run.reach(moment)
    run.process.send_signal(number)
    status, _, err = run.ended()
    assert status == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    begun = (run.folder / "runs").exists()
    assert begun or moment == "booting", "before it has its job a run leaves nothing"
    assert ("runs/primary_comes_back/1/" in err) == begun
    assert not [entry for name in OF_THE_START for entry in run.folder.glob(f"runs/*/1/{name}")]


def test_interrupted_by_an_impatient_person(run: Run) -> None:
    run.reach("running")
    for _ in range(3):
        run.process.send_signal(signal.SIGINT)
    status, _, err = run.ended()
    assert status == 130
    assert "Traceback" not in err


@pytest.mark.parametrize("moment", ["booting", "building", "running"])
def test_dxemu_killed(run: Run, moment: str) -> None:
    """Nobody can tidy up after SIGKILL: the machine's kernel has to end the guest."""
    run.reach(moment)
    assert {run.guest, run.process.pid} <= processes_of(run.folder).keys()
    run.process.kill()
    status, _, _ = run.ended()
    assert status == -signal.SIGKILL
    assert not [entry for name in OF_THE_START for entry in run.folder.glob(f"runs/*/1/{name}")]


@pytest.mark.parametrize("kill", drawn(8, seed=1, latest_s=4.0), ids=lambda kill: f"{kill.number.name}-{kill.target}")
def test_killed_at_any_moment_it_leaves_nothing_and_keeps_its_timeline(kill: Kill) -> None:
    """A few of the 100 of scripts/kill-test."""
    assert carry_out(kill).wrong == ()


@pytest.mark.parametrize("moment", ["building", "running"])
def test_guest_killed(run: Run, moment: str) -> None:
    run.reach(moment)
    guest = run.guest
    assert guest is not None
    os.kill(guest, signal.SIGKILL)
    status, _, err = run.ended()
    assert status == 3
    assert "the lab died before the run was over" in err
    assert "console.log" in err
    assert "Traceback" not in err
    assert not [entry for name in OF_THE_START for entry in run.folder.glob(f"runs/*/1/{name}")]


def test_death_is_noticed_though_a_child_lives_on(tmp_path: Path) -> None:
    """User-Mode Linux that dies while it boots leaves a stopped child, which holds the channel."""
    orphan = ["sh", "-c", "exec 3<&0; sleep 60 & kill -KILL $$"]

    async def run() -> None:
        with swept(tmp_path) as broom:
            async with started(orphan, {"PATH": os.defpath}, tmp_path, broom, 5.0) as lab:
                async for _ in lab.run(Job(target="tests:none", payload=None)):
                    pass

    with pytest.raises(LabError, match="killed from outside"):
        asyncio.run(run())


def test_ordinary_user_can_run_it() -> None:
    with ordinary_user() as user:
        before = network()
        done = user.dxemu("run", str(user.repository / "scenarios" / "pull_primary_cable.yaml"))
        assert (done.returncode, done.stderr) == (0, "")
        assert "PASS" in done.stdout
        assert sorted(entry.name for entry in (user.folder / "home").iterdir()) == ["runs"]
        assert processes_of(user.folder) == {}
        assert network() == before
