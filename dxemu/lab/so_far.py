"""What a UDP probe that goes on has measured so far: asked by a signal, in files of its own, told over a pipe."""

from __future__ import annotations

import asyncio
import json
import os
from array import array
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence

from dxemu.errors import LabError
from dxemu.events.timeline import ProbeLog

WAIT_S, LONGEST_WAIT_S = 0.5, 10.0
"""How long a packet is waited for until it is lost: at least, and at most. RFC 6412, 3.7.6: the forwarding delay
threshold, for which it names 2 s (RFC 2544)."""
LATEST = 100
"""Packets that say how slow the path is now."""


class SoFarPipe:
    """Made before the fork. The sender tells `tell` what it wrote; the lab's process waits for that in `told`."""

    def __init__(self) -> None:
        self.read, self.write = os.pipe()
        os.set_blocking(self.read, False)

    def tell(self, said: Sequence[Mapping[str, object]]) -> None:
        """In the sender."""
        os.write(self.write, json.dumps(said).encode() + b"\n")

    def refuse(self, error: OSError) -> None:
        """In the sender: it cannot write what it knows."""
        os.write(self.write, json.dumps(error.strerror or str(error)).encode() + b"\n")

    async def told(self, ask: Callable[[], None]) -> Sequence[Mapping[str, object]]:
        """In the lab's process: what the sender told after `ask`; nothing if it sends no more.

        Raises LabError if it could not write that.
        """
        loop = asyncio.get_running_loop()
        come = asyncio.Event()
        loop.add_reader(self.read, come.set)
        try:
            ask()
            said = b""
            while not said.endswith(b"\n"):
                await come.wait()
                come.clear()
                try:
                    part = os.read(self.read, 1 << 16)
                except BlockingIOError:  # what made it readable was read in the same turn of the loop
                    continue
                if not part:
                    return ()
                said += part
        finally:
            loop.remove_reader(self.read)
        found: Sequence[Mapping[str, object]] | str = json.loads(said)
        if isinstance(found, str):
            problem = f"what probes have measured so far cannot be written into the lab's folder: {found}"
            raise LabError(problem, "Make room there and ask again: they go on, and nothing that they know is lost.")
        return found

    def close_write(self) -> None:
        """In the lab's process, after the fork: then the sender's end is the end."""
        os.close(self.write)

    def close(self) -> None:
        """At the end."""
        os.close(self.read)


def wait_ns(sent: Sequence[int], received: Sequence[int]) -> int:
    """How long what was sent may be on its way: twice as long as the slowest of the latest that arrived.

    Both as in a `ProbeLog`.
    """
    numbers, times = received[::2][-LATEST:], received[1::2][-LATEST:]
    slowest_ns = max((at - sent[number] for number, at in zip(numbers, times, strict=True)), default=0)
    return max(round(WAIT_S * 1e9), min(2 * slowest_ns, round(LONGEST_WAIT_S * 1e9)))


def without_those_on_the_way(log: ProbeLog, now_ns: int) -> ProbeLog:
    """The log as it would be if no packet had been sent that may still arrive at `now_ns` since the run's start."""
    last = max(log.received[::2], default=-1)
    surely = max(last + 1, bisect_right(log.sent, now_ns - wait_ns(log.sent, log.received)))
    return ProbeLog(array("q", log.sent[:surely]), log.received, log.older)
