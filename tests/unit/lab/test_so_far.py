"""What a probe that goes on has measured: what is on its way is not lost, and who is gone tells nothing."""

from __future__ import annotations

import asyncio
import errno
import os
from array import array

import pytest

from dxemu.errors import LabError
from dxemu.events.timeline import ProbeLog
from dxemu.lab.so_far import SoFarPipe, wait_ns, without_those_on_the_way

MS = 1_000_000


def cut(received: list[int], now_ms: int) -> int:
    """How many of 100 packets, one each 10 ms, count."""
    log = ProbeLog(array("q", [n * 10 * MS for n in range(100)]), array("q", [x for n in received for x in (n, 0)]))
    return len(without_those_on_the_way(log, now_ms * MS).sent)


def test_what_may_still_arrive_is_not_lost() -> None:
    assert cut([*range(95)], 1000) == 95
    assert cut([*range(20)], 1000) == 51, "what left half a second ago will not arrive any more"
    assert cut([*range(20), 80], 1000) == 81, "what left before one that arrived is lost, or late"
    assert cut([], 1000) == 51
    assert cut([*range(100)], 5000) == 100


def test_who_is_far_away_is_waited_for_longer() -> None:
    """Once up to two seconds of packets over a slow cable were said to be lost at the end of a run."""
    sent = [n * 10 * MS for n in range(100)]

    def wait_ms(delays_ms: list[int]) -> float:
        received = [x for n, delay_ms in enumerate(delays_ms) for x in (n, sent[n] + delay_ms * MS)]
        return wait_ns(sent, received) / MS

    assert wait_ms([]) == wait_ms([4] * 100) == wait_ms([250] * 100) == 500
    assert wait_ms([4] * 50 + [704] * 20) == 1408
    assert wait_ms([60_000]) == 10_000, "what was held back and let go is no path"
    assert cut([*range(20)], 1000) == 51
    far = ProbeLog(array("q", sent), array("q", [x for n in range(20) for x in (n, sent[n] + 704 * MS)]))
    assert len(without_those_on_the_way(far, 1000 * MS).sent) == 20


def test_what_was_slow_once_is_not_waited_for_at_the_end() -> None:
    sent = [n * 10 * MS for n in range(300)]
    received = [x for n in range(300) for x in (n, sent[n] + (3000 if n < 200 else 5) * MS)]
    assert wait_ns(sent, received) == 500 * MS


def test_a_sender_tells_when_it_is_asked_and_nothing_when_it_is_gone() -> None:
    async def ask() -> None:
        pipe = SoFarPipe()
        assert await pipe.told(lambda: pipe.tell([{"sent": 5}] * 3)) == [{"sent": 5}] * 3
        pipe.close_write()
        assert await pipe.told(lambda: None) == ()
        pipe.close()

    asyncio.run(ask())


def test_what_cannot_be_written_is_told_and_asked_for_again() -> None:
    async def ask() -> None:
        pipe = SoFarPipe()
        with pytest.raises(LabError, match="cannot be written into the lab's folder: No space left on device"):
            await pipe.told(lambda: pipe.refuse(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
        assert await pipe.told(lambda: pipe.tell([{"sent": 5}])) == [{"sent": 5}]
        pipe.close_write()
        pipe.close()

    asyncio.run(ask())


def test_it_is_told_in_parts() -> None:
    async def ask() -> None:
        pipe = SoFarPipe()
        loop = asyncio.get_running_loop()

        def in_parts() -> None:
            os.write(pipe.write, b'[{"sent"')
            loop.call_later(0.05, os.write, pipe.write, b": 5}]\n")

        assert await pipe.told(in_parts) == [{"sent": 5}]
        pipe.close_write()
        pipe.close()

    asyncio.run(ask())
