"""The proof on the machine's own kernel, in a process and a /run of its own: what it makes goes with it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Mapping

from dxemu.errors import LabError
from dxemu.host.privilege import run_of_ones_own
from dxemu.host.proof import HOST_FEATURES, prove
from dxemu.host.signals import ending, ends_with


def prove_here(names: tuple[str, ...] = HOST_FEATURES) -> list[Mapping[str, object]]:
    """What the machine's own kernel can do, as JSON values. Needs root.

    Namespaces have names in the machine's /run, which would stay if this process were killed meanwhile. Raises LabError
    if the proof ends without a word.
    """
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _prove(names, writing, parent)
    os.close(writing)
    try:
        with open(reading, "rb") as pipe:  # noqa: PTH123 - a file descriptor
            said = pipe.read()
    finally:
        os.kill(child, signal.SIGKILL)  # where we were interrupted; else it has ended
        os.waitpid(child, 0)
    if not said:
        raise LabError("the kernel's features could not be tried: what tried them died", "dxemu doctor tries again")
    found: list[Mapping[str, object]] = json.loads(said)
    return found


def _prove(names: tuple[str, ...], to: int, parent: int) -> None:
    """In the child. Never returns: what its parent is to undo would be undone in here."""
    try:
        signal.set_wakeup_fd(-1)  # a loop of the parent's would hear of our signals
        for number in ending():
            signal.signal(number, signal.SIG_DFL)
        ends_with(parent)
        run_of_ones_own()
        found = [feature.line() for feature in asyncio.run(prove(names)).values()]
        with open(to, "wb") as pipe:
            pipe.write(json.dumps(found).encode())
    finally:
        os._exit(0)
