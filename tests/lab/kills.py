"""Ends `dxemu run` at random moments, by every signal and from every side, and looks at what is left: nothing may be.

`python -m tests.lab.kills [KILLS]` says for each kill what it was and what was wrong; a seed draws the same kills
again. Its exit status is 1 if anything was left that may not be, or if a timeline lacks more than the last second.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dxemu.events import timeline
from dxemu.host.machine import memory_folder
from dxemu.host.swept import OF_THE_START
from tests.lab.guest import REPOSITORY
from tests.lab.machine import environment, guest_of, network, processes_of

SCENARIOS = ("primary_comes_back", "direct_connect_fails_over_to_vpn", "cut_primary_silently", "lose_a_lag_member")
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
TARGETS = ("command", "kernel", "group", "both")
"""Whom a signal is for: the command, the embedded kernel, the command's process group, or both of their groups."""
STARTS_WITHIN_S = 120.0
ENDS_WITHIN_S = 300.0
"""A signal for the kernel that comes before there is one ends nothing: the run goes on to its own end."""
GONE_WITHIN_S = 10.0
LATEST_S = 20.0
KEPT_S = 1.0
LOOK_S = 0.02
SHOWN = re.compile(r"^ {0,8}(\d+\.\d{3}) s   ", re.MULTILINE)


@dataclass(frozen=True)
class Kill:
    """One run and how it is ended: after so much wall time since its folder was there."""

    scenario: str
    number: signal.Signals
    target: str
    after_s: float

    def __str__(self) -> str:
        return f"{self.scenario:<34} {self.number.name:<8} {self.target:<8} {self.after_s:6.2f} s"


@dataclass(frozen=True)
class Aftermath:
    """What is wrong, in words; how the command ended; how much the timeline holds; and how far the run had come."""

    wrong: tuple[str, ...]
    status: int | None
    events: int
    booted: bool

    def __str__(self) -> str:
        how = "booted" if self.booted else "booting"
        return f"status {self.status}, {how}, {self.events} events: {'; '.join(self.wrong) or 'nothing left'}"


def drawn(kills: int, seed: int, latest_s: float = LATEST_S) -> list[Kill]:
    """So many, each scenario, signal and target as often as the others; more often early than late."""
    chance = random.Random(seed)
    return [
        Kill(
            scenario=SCENARIOS[n % len(SCENARIOS)],
            number=SIGNALS[n % len(SIGNALS)],
            target=TARGETS[n // len(SIGNALS) % len(TARGETS)],
            after_s=latest_s * chance.random() ** 2,
        )
        for n in range(kills)
    ]


def carry_out(kill: Kill) -> Aftermath:
    """Run it, end it, look."""
    before = network()
    with (
        tempfile.TemporaryDirectory(prefix="dxemu-kill-") as name,
        tempfile.TemporaryDirectory(prefix="dxemu-kill-", dir=memory_folder()) as memory_name,
    ):
        folder, memory = Path(name), Path(memory_name)
        (folder / "home").mkdir()
        scenario = REPOSITORY / "scenarios" / f"{kill.scenario}.yaml"
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "dxemu", "run", str(scenario)],
                cwd=folder,
                env=environment(folder / "home", memory),
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        try:
            booted, heard_s = _kill(kill, process, folder)
            status = _status(process)
        finally:
            process.kill()
            process.wait()
        wrong = _left(folder, memory)
        if network() != before:
            wrong.append(f"the machine's network: {network()}")
        if status is None:
            wrong.append(f"it still ran {ENDS_WITHIN_S:g} s later")
        found = [event for file in folder.glob("runs/*/1/timeline.jsonl") for event in timeline.read(file)]
        if heard_s > max((event.t for event in found), default=0.0) + 0.0005:
            wrong.append(f"the timeline lacks what was shown {KEPT_S:g} s before, at {heard_s:g} s")
        return Aftermath(tuple(wrong), status, len(found), booted)


def _kill(kill: Kill, process: subprocess.Popen[bytes], folder: Path) -> tuple[bool, float]:
    """Send the signal. Whether the kernel had booted, and the last moment that was shown a second before."""
    assert _within(STARTS_WITHIN_S, lambda: process.poll() is not None or any(folder.glob("runs/*/1"))), "no start"
    _pause(process, kill.after_s - KEPT_S)
    shown = SHOWN.findall((folder / "out").read_text(encoding="utf-8")) if kill.after_s >= KEPT_S else []
    _pause(process, min(kill.after_s, KEPT_S))
    guest = guest_of(process.pid)
    booted = not any(folder.glob("runs/*/1/start.json"))
    with contextlib.suppress(ProcessLookupError):
        if kill.target == "command":
            os.kill(process.pid, kill.number)
        elif kill.target != "kernel":
            os.killpg(process.pid, kill.number)
    with contextlib.suppress(ProcessLookupError):
        if guest is not None and kill.target == "kernel":
            os.kill(guest, kill.number)
        elif guest is not None and kill.target == "both":
            os.killpg(guest, kill.number)
    return booted, float(shown[-1]) if shown else 0.0


def _pause(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Let it go on for so long, or until it has ended."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(max(seconds, 0.0))


def _status(process: subprocess.Popen[bytes]) -> int | None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(ENDS_WITHIN_S)
    return None


def _left(folder: Path, memory: Path) -> list[str]:
    """What is there that may not be."""
    _within(GONE_WITHIN_S, lambda: not processes_of(folder))
    wrong = [f"process {pid} {line}" for pid, line in processes_of(folder).items()]
    wrong += [f"{entry.name} where the memory was" for entry in memory.iterdir()]
    wrong += [f"{entry.name} at home" for entry in (folder / "home").iterdir()]
    wrong += [f"{name} in the run's folder" for name in OF_THE_START if any(folder.glob(f"runs/*/1/{name}"))]
    said = (folder / "err").read_text(encoding="utf-8", errors="replace")
    return [*wrong, *(["a traceback: " + said.splitlines()[-1]] if "Traceback" in said else [])]


def _within(limit_s: float, happened: Callable[[], bool]) -> bool:
    late = time.monotonic() + limit_s
    while not happened():
        if time.monotonic() > late:
            return False
        time.sleep(LOOK_S)
    return True


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kills", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latest", type=float, default=LATEST_S, help="no kill comes later (seconds of wall time)")
    options = parser.parse_args()
    bad = 0
    for number, kill in enumerate(drawn(options.kills, options.seed, options.latest), 1):
        aftermath = carry_out(kill)
        bad += bool(aftermath.wrong)
        print(f"{number:4} {'LEFT' if aftermath.wrong else 'ok':<5} {kill}   {aftermath}", flush=True)
    print(f"{options.kills} kills: {bad} left something" if bad else f"{options.kills} kills: nothing left")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
