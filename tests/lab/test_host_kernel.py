"""`--kernel host`: the same lab on the kernel that dxemu itself runs on, as root.

This machine's kernel may have no 802.1Q and no netem, so the embedded kernel plays the machine: `dxemu run --kernel
host` is started as a program inside it. What is "real" to that program is the guest's virtual clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from dxemu.host import kernel_store, where
from dxemu.host.channel import Channel
from dxemu.host.job import Job
from tests.lab.guest import REPOSITORY
from tests.lab.machine import NOBODY, memory_at, network, ordinary_user

pytestmark = pytest.mark.lab

SCENARIO = REPOSITORY / "scenarios" / "pull_primary_cable.yaml"
TOPOLOGY = str(REPOSITORY / "topologies" / "backup_connection.yaml")


def here() -> dict[str, Any]:
    """What a lab may not leave in the guest."""
    return {
        "network": network(),
        "mounts": Path("/proc/mounts").read_text().splitlines(),
        "processes": sorted(int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _is_program(entry)),
    }


def run_dxemu(payload: list[str], channel: Channel, folder: str) -> None:
    """In the guest: run `dxemu` with these arguments; tell how it ended and what it left in the guest."""
    before = here()
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "COLUMNS": "160"}
    command = [sys.executable, "-m", "dxemu.cli.app", *payload, "--runs", f"{folder}/runs"]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=600, check=False)
    channel.send("ran", 0, status=done.returncode, out=done.stdout, err=done.stderr, before=before, after=here())


def _is_program(process: str) -> bool:
    """Whether it is no thread of the kernel's own."""
    with contextlib.suppress(OSError):
        return bool(Path(f"/proc/{process}/cmdline").read_text())
    return False


def inside(folder: Path, *arguments: str) -> dict[str, Any]:
    """What `run_dxemu` tells."""

    (event,) = asyncio.run(told(run_dxemu, folder, arguments))
    return event


async def told(
    target: Callable[[Any, Channel, str], None], folder: Path, payload: Sequence[Any]
) -> list[dict[str, Any]]:
    """What it tells as a job in the guest."""
    place = where.embedded("virtual", stall_limit_s=240)
    job = Job(target=f"{target.__module__}:{target.__name__}", payload=list(payload))
    async with contextlib.aclosing(place.run(job, folder, 1)) as stream:
        return [dict(event) async for event in stream]


def test_passes_and_leaves_nothing(tmp_path: Path) -> None:
    ran = inside(tmp_path, "run", "--kernel", "host", "--clock", "real", str(SCENARIO))
    assert (ran["status"], ran["err"]) == (0, ""), ran["out"]
    assert ran["after"] == ran["before"]
    (folder,) = tmp_path.glob("runs/*/1")
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert (result["kernel"], result["clock"], result["verdict"]) == ("host", "real", "pass")
    assert {stage["detected_by"] for stage in result["stages"]} == {"carrier"}
    for words in ("host kernel", "real clock", "predicted", "inside", "=primary=>", "=backup=>", "PASS"):
        assert words in ran["out"]


def live_by_sudo(payload: list[Any], channel: Channel, folder: str) -> None:
    """In the guest: commands on a lab, with "sudo" before those that root runs for an ordinary user."""
    os.environ["XDG_CACHE_HOME"], *commands = payload
    del folder  # in which there can be no sockets, and which is root's alone
    with memory_at("/mnt") as tempfile.tempdir, ordinary_user() as user:
        state = user.folder / "home" / ".local" / "state"
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "XDG_STATE_HOME": str(state)}
        sudo = [sys.executable, "-m", "dxemu"]
        channel.send("here", 0, here=here())
        for words in commands:
            if words[0] == "sudo":
                run = {"cwd": user.folder, "env": env | {"SUDO_UID": str(NOBODY)}, "timeout": 600}
                done = subprocess.run([*sudo, *words[1:]], capture_output=True, text=True, check=False, **run)
            else:
                done = user.dxemu(*words)
            lab = state / "dxemu" / "labs" / "backup_connection"
            found = {file.name: file.lstat().st_uid for file in (lab, lab / "socket") if file.exists()}
            may = ["setpriv", "--reuid=1", "--clear-groups", "test", "-w", str(lab / "socket")]
            other = subprocess.run(may, check=False).returncode == 0
            channel.send("ran", 0, status=done.returncode, out=done.stdout + done.stderr, owners=found, other=other)
        channel.send("here", 0, here=here(), left=[path.name for path in state.glob("dxemu/labs/*")])


def test_who_has_started_a_lab_by_sudo_orders_it(tmp_path: Path) -> None:
    commands = [
        ["sudo", "up", TOPOLOGY, "--kernel", "host"],
        ["status"],
        ["exec", "app", "sh", "-c", "sleep 1; id -u; exit 3"],
        ["fail", "cable_cut", "connection=primary"],
        ["sudo", "status"],
        ["heal", "all"],
        ["sudo", "events"],
        ["down"],
        ["status"],
    ]
    cache = str(kernel_store.store_folder().parents[1])
    before, *ran, after = asyncio.run(told(live_by_sudo, tmp_path, [cache, *commands]))
    up, status, run, cut, broken, healed, events, down, none = ran
    assert "7 nodes, 7 cables, 3 sessions up" in up["out"], up
    assert "session primary                             up" in status["out"], status
    assert (run["status"], run["out"]) == (3, "0\n"), "the nodes' root is the machine's"
    assert "confirmed: carrier down on colo_router and dx_1" in cut["out"], cut
    assert "faults that stand: cable_cut" in broken["out"], broken
    assert "confirmed: carrier up" in healed["out"], healed
    assert "through backup (only path)" in events["out"], events
    assert (down["status"], down["out"]) == (0, "backup_connection has ended\n")
    assert (none["status"], "there is no lab" in none["out"]) == (2, True)
    assert {str(one["owners"]) for one in ran[:-2]} == {str({"backup_connection": NOBODY, "socket": NOBODY})}
    assert not any(one["other"] for one in ran), "nobody else may ask"
    assert (after["here"], after["left"]) == (before["here"], [])


def test_needs_root() -> None:
    with ordinary_user() as user:
        scenario = str(user.repository / "scenarios" / SCENARIO.name)
        done = user.dxemu("run", "--kernel", "host", scenario)
        assert (done.returncode, done.stdout) == (3, "")
        assert "--kernel host needs root" in done.stderr
        assert "use sudo, or --kernel embedded" in done.stderr
        assert list((user.folder / "home").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_runs_for_somebody_belongs_to_them(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "dxemu.cli.app",
        "run",
        str(SCENARIO),
        "--json",
        "result.json",
        "--stall-limit",
        "240",
    ]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY), "SUDO_UID": str(NOBODY)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    made = {str(path.relative_to(tmp_path)): path.lstat().st_uid for path in tmp_path.rglob("*")}
    assert {"result.json", "runs", "runs/pull_primary_cable/1/timeline.jsonl"} <= made.keys()
    assert set(made.values()) == {NOBODY}


def test_has_no_virtual_clock(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "dxemu.cli.app", "run", "--kernel", "host", "--clock", "virtual", str(SCENARIO)]
    env = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert "the virtual clock needs the embedded kernel" in done.stderr
    assert "--clock real" in done.stderr
    assert list(tmp_path.iterdir()) == []
