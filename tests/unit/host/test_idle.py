"""Whether the guest of an embedded kernel has nothing to do: it sleeps as one does whose clock is held."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from dxemu.host import confinement_findings, idle
from dxemu.host.follow import CONSOLE, LabProcess
from dxemu.report.doctor import Readiness

GUEST = """
import ctypes, sys
print("there", flush=True)
sys.stdin.read(1)
ctypes.CDLL(None).sigsuspend(ctypes.create_string_buffer(128))
"""


def wait_for(guest: subprocess.Popen[str], limit_s: float, *, dead: bool = False) -> tuple[bool | None, str]:
    async def wait() -> str:
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if dead:
            ended.set_result(0)
        return await idle.until_idle(guest.pid, ended, limit_s)

    said = asyncio.run(wait())
    return idle.is_idle(guest.pid), said


@pytest.fixture
def guest() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", GUEST], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_it_is_waited_for(guest: subprocess.Popen[str]) -> None:
    with guest:
        assert guest.stdout is not None
        assert guest.stdin is not None
        assert guest.stdout.readline() == "there\n"
        found, said = wait_for(guest, 0.05)
        assert found is False, "it has something to do"
        assert said == f"the guest was not seen asleep for 0.05 s before it had its job: {idle.COMES_OF_IT}"
        assert wait_for(guest, 60, dead=True) == (False, ""), "nobody waits for the dead"
        guest.stdin.write("-")
        guest.stdin.flush()
        assert wait_for(guest, 60) == (True, "")
        guest.kill()


def test_who_is_gone_is_not_waited_for(guest: subprocess.Popen[str]) -> None:
    with guest:
        guest.kill()
    begun = time.monotonic()
    assert wait_for(guest, 60) == (None, f"{idle.UNSAID}: {idle.COMES_OF_IT}")
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(("said", "printed"), [("", ""), ("words", "dxemu: words\n")])
def test_what_is_not_known_stands_where_the_lab_prints(said: str, printed: str, tmp_path: Path) -> None:
    nobody: Any = None
    lab = LabProcess(tmp_path, nobody, (nobody, nobody), nobody, None, nobody, None, held=True)
    (tmp_path / CONSOLE).touch()
    lab._note(said)
    assert (tmp_path / CONSOLE).read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(("seen", "state"), [(False, Readiness.READY), (None, Readiness.WARNING)])
def test_doctor_says_whether_it_can_be_known(
    seen: bool | None, state: Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confinement_findings, "is_idle", lambda _: seen)
    assert confinement_findings.asleep_finding().state is state
