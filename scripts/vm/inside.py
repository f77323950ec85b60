"""What scripts/vm-test does inside its virtual machine, as root: dxemu as a person uses it, and what is left of it.

Prints `BEGIN`, a line for each thing that was looked at (`ok`, `FAILED`, `note`) and `END <failures> of <number>`.
With KVM verdicts are judged, too. Under emulation they are not: a run has to come to a result, with its faults in it.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CLONE = Path("/home/tester/dxemu")
DXEMU = str(CLONE / ".venv/bin/dxemu")
EMULATED = "dxemu.accelerator=tcg" in Path("/proc/cmdline").read_text()
USUAL_START_S = 0.1
"""What PYTHON_STARTS takes on the machine that the limits are made for."""
PYTHON_STARTS = ["python3", "-c", "import asyncio, json"]


def _slowness() -> int:
    """How many times slower than that machine this one is, at least 1; emulated at least 20."""
    begun = time.monotonic()
    subprocess.run(PYTHON_STARTS, check=True)
    return max(20 if EMULATED else 1, round((time.monotonic() - begun) / USUAL_START_S))


SLOW = _slowness()
RUN_LIMIT_S = 120.0 + 90 * SLOW
LEFTOVER_LIMIT_S = 5.0 if not EMULATED else 20.0
"""So long after the end of a run, however it ended, nothing of it may be there."""
SCENARIOS = (
    "pull_primary_cable",
    "cut_primary_silently",
    "lose_a_lag_member",
    "direct_connect_fails_over_to_vpn",
    "any_device_dies",
)
PULLED = "pull_primary_cable"
INTERRUPTED = 130


@dataclass
class Tally:
    """What was looked at."""

    number: int = 0
    failures: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Say something that is not judged."""
        print(f"note    {text}", flush=True)

    def check(self, what: str, holds: bool, why: str = "") -> None:
        """Judge one thing; `why` is shown where it does not hold."""
        self.number += 1
        if not holds:
            self.failures.append(what)
        print(f"{'ok' if holds else 'FAILED':<7} {what}{f': {why}' if why and not holds else ''}", flush=True)


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    said: str
    took_s: float

    @property
    def tail(self) -> str:
        """The end of what it said."""
        return " | ".join(self.said.strip().splitlines()[-6:])


def as_tester(*command: str) -> list[str]:
    """The command as the ordinary user types it, in the clone."""
    return ["su", "tester", "-c", f"cd {CLONE} && exec " + " ".join(command)]


def run(limit_s: float, command: list[str]) -> Ended:
    """Run it; it is killed when the limit is over (status -1)."""
    begun = time.monotonic()
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    return finish(process, limit_s, begun)


def finish(process: subprocess.Popen[bytes], limit_s: float, begun: float) -> Ended:
    """Wait for its end."""
    try:
        said, _ = process.communicate(timeout=limit_s)
        status = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        status = -1
    return Ended(status, said.decode(errors="replace"), time.monotonic() - begun)


def within(limit_s: float, holds: Callable[[], Any]) -> Any:
    """The first true thing that `holds` gives, or its last; looked at every 0.1 s."""
    end = time.monotonic() + limit_s
    while True:
        found = holds()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.1)  # there is no event to wait for


# What is there


def processes() -> Iterator[int]:
    """Programs, not threads of the kernel's."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and (entry / "cmdline").read_bytes():
                yield int(entry.name)


def dxemu_processes() -> list[str]:
    """Command lines of everything that dxemu started or that is in another network namespace than we are."""
    home, found = Path("/proc/self/ns/net").readlink(), []
    for pid in processes():
        with contextlib.suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
            if Path(f"/proc/{pid}/ns/net").readlink() != home or ("dxemu" in line and "inside.py" not in line):
                found.append(line[:100])
    return [line for line in found if "systemd" not in line]


def modules() -> dict[str, int]:
    """How often each module of the kernel is in use."""
    return {line.split()[0]: int(line.split()[2]) for line in Path("/proc/modules").read_text().splitlines()}


OURS = ("sch_netem", "8021q", "bonding", "veth", "vrf", "xfrm_interface", "sch_tbf", "cls_matchall", "act_police")


def state() -> dict[str, Any]:
    """What a run may not change."""
    named = Path("/run/netns")
    used = modules()
    return {
        "processes": dxemu_processes(),
        "namespaces": sorted(p.name for p in named.iterdir()) if named.exists() else [],
        "interfaces": sorted(p.name for p in Path("/sys/class/net").iterdir() if p.name != "bonding_masters"),
        "mounts": sorted(line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()),
        "modules in use": {name: used[name] for name in OURS if used.get(name)},
        "files": sorted(
            str(p)
            for folder in ("/tmp", "/var/tmp", "/dev/shm")
            for p in Path(folder).iterdir()
            if "systemd" not in p.name
        ),
    }


def foreign_files() -> list[str]:
    """What in the user's home is not the user's."""
    owner = CLONE.stat().st_uid
    found = [path for path in CLONE.parent.rglob("*") if path.lstat().st_uid != owner]
    return [str(path.relative_to(CLONE.parent)) for path in found][:5]


def check_left(tally: Tally, what: str, before: Mapping[str, Any]) -> None:
    """Nothing is left within the limit."""
    begun = time.monotonic()
    within(LEFTOVER_LIMIT_S, lambda: state() == before)
    took, after = time.monotonic() - begun, state()
    left = {key: after[key] for key in before if after[key] != before[key]}
    tally.check(f"{what}: nothing is left", not left, json.dumps(left))
    if left:
        within(180, lambda: state() == before)
        now = state()
        left = {key: now[key] for key in before if now[key] != before[key]}
        tally.note(f"  after {time.monotonic() - begun:.0f} s: {json.dumps(left)}")
    else:
        tally.note(f"  gone after {took:.1f} s")
    strange = foreign_files()
    tally.check(f"{what}: all files are the user's", not strange, ", ".join(strange))


# What is tried


def scenario_files() -> list[Path]:
    """Those of the list that are there, filled up with others."""
    folder = CLONE / "scenarios"
    wanted = [folder / f"{name}.yaml" for name in SCENARIOS]
    found = [path for path in wanted if path.is_file()]
    others = [path for path in sorted(folder.glob("*.yaml")) if path not in found]
    return [*found, *others][: len(SCENARIOS)]


def last_run(name: str) -> Path | None:
    """The newest folder of a scenario's runs."""
    folder = CLONE / "runs" / name
    runs = [p for p in folder.iterdir() if p.name.isdigit()] if folder.is_dir() else []
    return max(runs, key=lambda p: int(p.name), default=None)


def events(folder: Path | None) -> list[dict[str, Any]]:
    """What the lab told so far."""
    if folder is None or not (folder / "timeline.jsonl").exists():
        return []
    found = []
    for line in (folder / "timeline.jsonl").read_text().splitlines():
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def host(name: str) -> list[str]:
    """`sudo dxemu run --kernel host`."""
    return as_tester(
        "sudo", DXEMU, "run", "--kernel", "host", "--stall-limit", str(60 * SLOW), f"scenarios/{name}.yaml"
    )


def check_run(tally: Tally, name: str, ended: Ended, folder: Path | None) -> None:
    """It came to a result that is true, with its faults in it."""
    told = {event["event"] for event in events(folder)}
    result: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        result = json.loads((folder / "result.json").read_text()) if folder else {}
    verdict = result.get("verdict", "no result")
    tally.note(f"  {name}: status {ended.status}, {verdict}, {ended.took_s:.0f} s")
    right = {"pass": 0, "fail": 1, "invalid": 4}.get(verdict) == ended.status
    tally.check(f"{name}: ends with a result", right, ended.tail)
    tally.check(f"{name}: its faults took effect", "fault_injected" in told, ended.tail)
    if not EMULATED:
        tally.check(f"{name}: passes", verdict == "pass", ended.tail)
    elif verdict == "fail":
        tally.note(f"  failed under emulation: {ended.tail}")


def try_doctor(tally: Tally) -> None:
    """As oneself and as root."""
    ended = run(300 * SLOW, as_tester("sh", "scripts/setup"))
    tally.check("setup", ended.status == 0, ended.tail)
    tally.note(f"  {ended.took_s:.0f} s: {ended.tail}")
    for who, command in (("doctor", [DXEMU, "doctor"]), ("sudo doctor", ["sudo", DXEMU, "doctor"])):
        ended = run(120 * SLOW, as_tester(*command))
        for line in ended.said.splitlines():
            tally.note(f"  {line}")
        tally.check(f"{who} ends with 0", ended.status == 0, ended.tail)
        if who == "sudo doctor":
            ready = any(line.split()[:3] == ["host", "kernel", "ready"] for line in ended.said.splitlines())
            tally.check("sudo doctor: the host kernel is ready", ready, ended.tail)


def started(name: str) -> tuple[subprocess.Popen[bytes], Path | None]:
    """A run, once its lab is there."""
    before = last_run(name)
    process = subprocess.Popen(
        host(name), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    )
    within(
        RUN_LIMIT_S,
        lambda: (
            process.poll() is not None
            or (last_run(name) != before and any(e["event"] == "fault_injected" for e in events(last_run(name))))
        ),
    )
    return process, last_run(name)


def dxemu_pid() -> int | None:
    """The running command itself, below su and sudo."""
    for pid in sorted(processes()):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if words[1:3] == [DXEMU.encode(), b"run"] and b"python" in words[0]:
            return pid
    return None


def try_ends(tally: Tally, before: Mapping[str, Any]) -> None:
    """Ctrl-C, kill -9 of the command, and of the lab's first process."""
    for what, number in (("Ctrl-C", signal.SIGINT), ("kill -9", signal.SIGKILL)):
        begun = time.monotonic()
        process, folder = started("cut_primary_silently")
        pid = dxemu_pid()
        tally.check(
            f"{what}: a run was there to be ended",
            pid is not None,
            finish(process, 1, begun).tail if pid is None else "",
        )
        if pid is None:
            continue
        os.kill(pid, number)
        ended = finish(process, 60 * SLOW, time.monotonic())
        tally.note(f"  {what}: status {ended.status} after {ended.took_s:.1f} s, {ended.tail[-200:]}")
        if number == signal.SIGINT:
            tally.check("Ctrl-C ends with 130", ended.status == INTERRUPTED, ended.tail)
            tally.check("Ctrl-C keeps the timeline", bool(events(folder)))
            check_left(tally, what, before)
        else:  # nobody was there to give the files away: they must be the user's to remove
            check_removable(tally, folder)
            check_left(tally, what, before)


def check_removable(tally: Tally, folder: Path | None) -> None:
    """The user can remove what a killed run left."""
    ended = run(60 * SLOW, as_tester("rm", "-rf", str(folder)))
    tally.check("kill -9: the user can remove its folder", ended.status == 0, ended.tail)


def try_two(tally: Tally, before: Mapping[str, Any]) -> None:
    """Two labs at once."""
    begun = time.monotonic()
    both = []
    for name in SCENARIOS[:2]:
        both.append(
            (
                name,
                subprocess.Popen(
                    host(name),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                ),
            )
        )
    for name, process in both:
        check_run(tally, f"two at once, {name}", finish(process, 2 * RUN_LIMIT_S, begun), last_run(name))
    check_left(tally, "two at once", before)


def main() -> None:
    """Everything, and then the machine is switched off."""
    print(
        f"BEGIN {os.uname().release}, {'emulated: time is not judged' if EMULATED else 'KVM'}, slow: {SLOW}", flush=True
    )
    tally = Tally()
    try:
        try_doctor(tally)
        within(LEFTOVER_LIMIT_S, lambda: not state()["modules in use"])  # doctor's trials are just over
        before = state()
        tally.check("doctor leaves nothing", not before["modules in use"], json.dumps(before["modules in use"]))
        for path in scenario_files():
            ended = run(RUN_LIMIT_S, host(path.stem))
            check_run(tally, path.stem, ended, last_run(path.stem))
            check_left(tally, path.stem, before)
        ended = run(60 * SLOW, as_tester("mkdir", f"runs/{PULLED}/of_the_user"))
        tally.check("the user can go on in runs/", ended.status == 0, ended.tail)
        try_ends(tally, before)
        try_two(tally, before)
    except Exception as error:  # noqa: BLE001 - the outermost line: whatever it is, it is told
        tally.check("the tests themselves", False, f"{type(error).__name__}: {error}")
    print(f"END {len(tally.failures)} of {tally.number} failed", flush=True)
    os.sync()
    subprocess.run(["systemctl", "poweroff", "--force"], timeout=30, check=False)


if __name__ == "__main__":
    main()
