"""The run's clock, without waiting: how moments are told."""

from __future__ import annotations

import asyncio
import time

import pytest

from dxemu.host.clock import Clock


def test_what_follows_within_a_nanosecond_did_not_come_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault is told with the moment before it, its effects with theirs: both are as exact as the timeline."""
    clock = Clock(virtual=True)
    monkeypatch.setattr(time, "monotonic_ns", lambda: 8_030_927_324)
    clock.start()
    monkeypatch.setattr(time, "monotonic_ns", lambda: 13_030_927_325)
    assert clock.now() == 5.0 == clock.since_start(clock.stamp())


def test_moments_before_the_start_are_negative() -> None:
    assert Clock().since_start(-4_403_917_496) == -4.403917


class Turns:
    """Counts the event loop's turns until it is done."""

    def __init__(self) -> None:
        self.count = 0

    def take(self) -> None:
        self.count += 1
        asyncio.get_running_loop().call_soon(self.take)


def test_nobody_else_gets_a_turn_between_two_things_of_one_moment() -> None:
    async def run() -> int:
        clock, turns = Clock(virtual=True), Turns()
        clock.start()
        asyncio.get_running_loop().call_soon(turns.take)
        await clock.until(0.0)
        await clock.until(-1.0)
        return turns.count

    assert asyncio.run(run()) == 0
