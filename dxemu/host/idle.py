"""Wait until the guest has nothing to do, and only then give it its job.

The embedded kernel's clock is held until then. Whether the job is there before the guest asks for it, or the guest asks
and sleeps, would be up to the machine. The guest's scheduler remembers who slept when: long afterwards another one of
two programs runs first that wake at one moment, and an update of BGP's went out 49 ms earlier or later by it.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

SLEEPS_IN = "130"
"""rt_sigsuspend (asm/unistd_64.h): where the embedded kernel sleeps while its clock is held and its guest is idle."""
LOOK_S = 0.001
UNSAID = "this machine does not say whether a process sleeps (/proc/PID/syscall)"
COMES_OF_IT = "what is sent at one moment may go out 50 ms earlier or later in another run of the same seed"


def is_idle(pid: int) -> bool | None:
    """Whether the guest of the embedded kernel that is process `pid` is; None where the machine does not say."""
    try:
        return Path(f"/proc/{pid}/syscall").read_text(encoding="ascii").split()[0] == SLEEPS_IN
    except OSError:
        return None


async def until_idle(pid: int, dead: asyncio.Future[int], limit_s: float) -> str:
    """Return when it is, or is `dead`; or where the machine does not say, at once, or after `limit_s`: then it hangs.

    Gives why it was not seen to be idle, and what comes of that; "" if it was, or has died.
    """
    over = time.monotonic() + limit_s
    while (idle := is_idle(pid)) is False and not dead.done() and time.monotonic() < over:
        await asyncio.sleep(LOOK_S)
    if idle or dead.done():
        return ""
    why = UNSAID if idle is None else f"the guest was not seen asleep for {limit_s:.3g} s before it had its job"
    return f"{why}: {COMES_OF_IT}"
