"""Whether the guest of an embedded kernel has nothing to do: it sleeps as one does whose clock is held."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time

import pytest

from dxemu.host import idle

GUEST = """
import ctypes, sys
print("there", flush=True)
sys.stdin.read(1)
ctypes.CDLL(None).sigsuspend(ctypes.create_string_buffer(128))
"""


def wait_for(guest: subprocess.Popen[str], limit_s: float, *, dead: bool = False) -> bool | None:
    async def wait() -> None:
        ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if dead:
            ended.set_result(0)
        await idle.until_idle(guest.pid, ended, limit_s)

    asyncio.run(wait())
    return idle.is_idle(guest.pid)


@pytest.fixture
def guest() -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", GUEST], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_it_is_waited_for(guest: subprocess.Popen[str]) -> None:
    with guest:
        assert guest.stdout is not None
        assert guest.stdin is not None
        assert guest.stdout.readline() == "there\n"
        assert wait_for(guest, 0.05) is False, "it has something to do"
        assert wait_for(guest, 60, dead=True) is False, "nobody waits for the dead"
        guest.stdin.write("-")
        guest.stdin.flush()
        assert wait_for(guest, 60) is True
        guest.kill()


def test_who_is_gone_is_not_waited_for(guest: subprocess.Popen[str]) -> None:
    with guest:
        guest.kill()
    begun = time.monotonic()
    assert wait_for(guest, 60) is None
    assert time.monotonic() - begun < 30
