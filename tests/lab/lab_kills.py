"""Ends a process of a lab that stays, by SIGKILL at a random moment, and looks at what `dxemu down --all` leaves.

`python -m tests.lab.lab_kills [KILLS]` says for each kill what it was and what was wrong; a seed draws the same kills
again. The victim is the command at work, the lab's supervisor, its kernel, or any process of them all; the moment lies
in `dxemu up`, or in a command that comes after it. With `--kernel host` the embedded kernel plays the machine: labs are
started by root in it, on its kernel. The exit status is 1 if anything was left that may not be.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from dxemu.host import where
from dxemu.host.channel import Channel
from dxemu.host.job import Job
from dxemu.host.machine import memory_folder
from tests.lab.machine import environment, memory_at, network, processes_of

_T = TypeVar("_T")

TOPOLOGIES = ("backup_connection", "private_vif", "vpn_backup")
CLOCKS = ("virtual", "real")
VICTIMS = ("command", "supervisor", "kernel", "any")
UP = ("up",)
COMMANDS: Sequence[tuple[str, ...]] = (
    UP,
    ("exec", "app", "true"),
    UP,
    ("status",),
    UP,
    ("fail", "cable_cut", "connection={connection}"),
    UP,
    ("down",),
)
CONNECTIONS = {"backup_connection": "primary", "private_vif": "primary", "vpn_backup": "primary"}
UP_WITHIN_S, COMMAND_WITHIN_S, ENDS_WITHIN_S, GONE_WITHIN_S = 8.0, 0.6, 240.0, 20.0
KEPT = frozenset({".local", ".local/state", ".local/state/dxemu", ".local/state/dxemu/labs"})
"""What may be at home afterwards: where labs are looked for."""


@dataclass(frozen=True)
class LabKill:
    """One kill: of whom, in what command, and so much wall time after its start."""

    topology: str
    clock: str
    command: tuple[str, ...]
    victim: str
    after_s: float
    seed: int
    kernel: str = "embedded"

    def __str__(self) -> str:
        words = " ".join(self.command)
        return f"{self.topology:<18} {self.clock:<8} {words:<38} {self.victim:<10} {self.after_s:5.2f} s"


def drawn(kills: int, seed: int, kernel: str = "embedded") -> Iterator[LabKill]:
    """So many, each design, clock, command and victim about as often as the others, and with all of the others."""
    chance = random.Random(seed)

    def dealt(values: Sequence[_T]) -> list[_T]:
        cards = [values[n % len(values)] for n in range(kills)]
        chance.shuffle(cards)
        return cards

    clocks, victims = (CLOCKS, VICTIMS) if kernel == "embedded" else (("real",), ("command", "supervisor", "any"))
    for topology, clock, command, victim in zip(
        dealt(TOPOLOGIES), dealt(clocks), dealt(COMMANDS), dealt(victims), strict=True
    ):
        yield LabKill(
            topology=topology,
            clock=clock,
            command=tuple(word.format(connection=CONNECTIONS[topology]) for word in command),
            victim=victim,
            after_s=chance.random() * (UP_WITHIN_S if command == UP else COMMAND_WITHIN_S),
            seed=chance.randrange(2**32),
            kernel=kernel,
        )


def carry_out(kill: LabKill) -> tuple[list[str], str]:
    """Up, kill, `down --all`: what is wrong afterwards, and how it went."""
    before = machine()
    with (
        tempfile.TemporaryDirectory(prefix="dxemu-kill-") as name,
        tempfile.TemporaryDirectory(prefix="dxemu-kill-", dir=memory_folder()) as memory_name,
    ):
        folder, memory = Path(name), Path(memory_name)
        (folder / "home").mkdir()
        env = environment(folder / "home", memory)
        up = ("up", kill.topology, "--clock", kill.clock, "--kernel", kill.kernel)
        if kill.command != UP:
            done = _dxemu(env, folder, *up)
            if done.returncode != 0:
                return [f"it did not come up: {done.stderr}"], ""
        struck, status, said = _strike(kill, env, folder, up if kill.command == UP else kill.command)
        down = _dxemu(env, folder, "down", "--all")
        wrong = [] if down.returncode == 0 else [f"down ends with {down.returncode}: {down.stderr.strip()}"]
        wrong += ["a traceback: " + text.splitlines()[-1] for text in (said, down.stderr) if "Traceback" in text]
        wrong += _left(folder, memory)
        wrong += [f"{one}, which was not there before" for one in sorted(machine() - before)]
    return wrong, f"killed {struck}; the command ended with {status}; {down.stdout.strip() or 'nothing to end'}"


def carry_out_as_guest(kill: LabKill) -> tuple[list[str], str]:
    """The same on a machine that the embedded kernel plays, whose root orders the lab."""

    async def run(folder: Path) -> Mapping[str, Any]:
        job = Job(target="tests.lab.lab_kills:in_guest", payload=asdict(kill))
        async with contextlib.aclosing(where.embedded("virtual", stall_limit_s=240).run(job, folder, 1)) as told:
            return await anext(told)

    with tempfile.TemporaryDirectory(prefix="dxemu-kill-") as name:
        found = asyncio.run(run(Path(name)))
    return found["wrong"], found["how"]


def in_guest(payload: Mapping[str, Any], channel: Channel, folder: str) -> None:
    """There the folders are in memory: the guest's file system takes no sockets."""
    del folder
    with memory_at("/mnt") as tempfile.tempdir:
        os.environ["TMPDIR"] = tempfile.tempdir  # memory_folder() asks for it
        wrong, how = carry_out(LabKill(**{**payload, "command": tuple(payload["command"])}))
    channel.send("killed", 0, wrong=wrong, how=how)


def _dxemu(env: dict[str, str], folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dxemu", *arguments]
    return subprocess.run(
        command, env=env, cwd=folder, capture_output=True, text=True, timeout=ENDS_WITHIN_S, check=False
    )


def _strike(kill: LabKill, env: dict[str, str], folder: Path, arguments: Sequence[str]) -> tuple[str, int | None, str]:
    """Whom it struck, how the command ended, and what it said."""
    with (folder / "said").open("w+b") as out:
        command = subprocess.Popen(
            [sys.executable, "-m", "dxemu", *arguments], env=env, cwd=folder, stdout=out, stderr=out
        )
        with contextlib.suppress(subprocess.TimeoutExpired):
            command.wait(kill.after_s)
        victim = _victim(kill, folder, command.pid)
        struck = "nobody: there was none"
        if victim is not None:
            with contextlib.suppress(OSError):
                struck = " ".join(Path(f"/proc/{victim}/cmdline").read_text().replace("\0", " ").split())[-60:]
                os.kill(victim, signal.SIGKILL)
        try:
            status: int | None = command.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            command.kill()
            status = None
        out.seek(0)
        return struck, status, out.read().decode(errors="replace")


def _victim(kill: LabKill, folder: Path, command: int) -> int | None:
    ours = processes_of(folder)
    if kill.victim == "command":
        return command if command in ours else None
    found = {
        "supervisor": [pid for pid, line in ours.items() if "dxemu.labs.supervisor" in line],
        "kernel": [pid for pid, line in ours.items() if "/linux" in line.split(" ")[0]],
        "any": sorted(ours),
    }[kill.victim]
    return random.Random(kill.seed).choice(found) if found else None


def _left(folder: Path, memory: Path) -> list[str]:
    """What is there that may not be."""
    late = time.monotonic() + GONE_WITHIN_S
    while processes_of(folder) and time.monotonic() < late:
        time.sleep(0.05)
    home = folder / "home"
    wrong = [f"process {pid} {line}" for pid, line in processes_of(folder).items()]
    wrong += [f"{entry.name} where the memory was" for entry in memory.iterdir()]
    there = {str(entry.relative_to(home)) for entry in home.rglob("*")} - KEPT
    return wrong + [f"{entry} at home" for entry in sorted(there)]


def machine() -> set[str]:
    """What a lab may not leave outside its processes and its folder."""
    namespaces, interfaces = network()
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    found = (("namespace", namespaces), ("interface", interfaces), ("mount", mounts))
    return {f"{kind} {name}" for kind, names in found for name in names}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kills", type=int, nargs="?", default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kernel", choices=("embedded", "host"), default="embedded")
    options = parser.parse_args()
    bad = 0
    for number, kill in enumerate(drawn(options.kills, options.seed, options.kernel), 1):
        wrong, how = carry_out(kill) if kill.kernel == "embedded" else carry_out_as_guest(kill)
        bad += bool(wrong)
        print(f"{number:4} {'LEFT' if wrong else 'ok':<5} {kill}   {'; '.join((*wrong, how))}", flush=True)
    print(f"{options.kills} kills: {bad} left something" if bad else f"{options.kills} kills: nothing left")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
