"""The connections of a lab on the machine's own kernel end with it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from dxemu.netlink import sock_diag

REPOSITORY = Path(__file__).resolve().parents[3]
LIMIT_S = 20.0

LAB = f"""
import os, sys
sys.path[:0] = {[str(REPOSITORY), *[p for p in sys.path if p]]!r}
from dxemu.host import guard
lab = os.fork()
if lab:
    os._exit(guard.stand(lab, 0))
{{what}}
"""


@pytest.mark.parametrize(
    ("release", "version", "can"),
    [
        ("6.1.0-50-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-10-01)", True),
        ("6.1.0-9-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.27-1 (2023-05-08)", False),
        ("6.12.48+deb13-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.12.48-1 (2025-09-20)", True),
        ("6.8.0-45-generic", "#45-Ubuntu SMP PREEMPT_DYNAMIC Fri Aug 30", False),
        ("6.18.44", "#1 SMP", True),
        ("7.3", "#1 SMP", True),
        ("unknown", "", False),
    ],
)
def test_old_kernels_keep_an_aborted_orphan_for_ever(release: str, version: str, can: bool) -> None:
    assert sock_diag.orphans_can_be_aborted(release, version) is can


@contextlib.contextmanager
def guarded(what: str) -> Iterator[tuple[subprocess.Popen[bytes], socket.socket, IO[bytes]]]:
    """A guard and its lab, in a process namespace of their own; the other end of its channel, what it prints."""
    ours, theirs = socket.socketpair()
    alone = ["unshare", "--mount", "--pid", "--fork", "--mount-proc"]
    command = [*alone, sys.executable, "-c", LAB.format(what=what)]
    with ours, subprocess.Popen(command, stdin=theirs.fileno(), stdout=subprocess.PIPE) as process:
        theirs.close()
        assert process.stdout is not None
        try:
            yield process, ours, process.stdout
        finally:
            ours.close()
            process.kill()


root_only = pytest.mark.skipif(os.geteuid() != 0, reason="a process namespace is made by root")


@root_only
def test_its_status_is_the_labs() -> None:
    with guarded("os._exit(3)") as (process, _, _):
        assert process.wait(LIMIT_S) == 3


@root_only
def test_everything_ends_when_the_starter_does_also_what_ignores_signals() -> None:
    what = """
import signal
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
os.fork()
os.write(1, b"ready\\n")
while True:
    signal.pause()
"""
    with guarded(what) as (process, ours, said):
        assert said.readline() == b"ready\n"
        assert said.readline() == b"ready\n"
        ours.close()
        process.wait(LIMIT_S)
        assert said.read() == b""  # the end of the file: nobody is there to write to it


@root_only
def test_killing_what_started_the_guard_leaves_the_guard_its_moment() -> None:
    """`unshare` is killed, as setpriv --pdeathsig does where dxemu is killed; the guard ends by the channel."""
    with guarded('os.write(1, b"ready\\n")\nimport signal\nsignal.pause()') as (process, ours, said):
        assert said.readline() == b"ready\n"
        process.kill()
        process.wait(LIMIT_S)
        ours.close()
        assert said.read() == b""
