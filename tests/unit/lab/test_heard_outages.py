"""When a probe's packets cease to arrive, as its sender sees it, tick by tick."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dxemu.lab.heard_outages import Arrivals

MS = 1_000_000


def seen(
    arrives: Callable[[int], int | None], *, ticks: int = 600, interval_ms: int = 1, flows: int = 1
) -> list[tuple[float, str, float]]:
    """What is told, and when, in milliseconds. `arrives` gives what a packet of this number takes (ms; None: lost)."""
    arrivals, sent, received, told = Arrivals(flows, interval_ms * MS), list[int](), list[int](), []
    on_the_way: list[tuple[int, int]] = []
    for number in range(ticks):
        now = number * interval_ms * MS
        sent.append(now)
        takes = arrives(number)
        if takes is not None:
            on_the_way.append((now + takes * MS, number))
        for at, arrived in sorted(one for one in on_the_way if one[0] <= now):
            received += [arrived, at]
        on_the_way = [one for one in on_the_way if one[0] > now]
        change = arrivals.change(sent, received, now)
        if change is not None:
            told.append((now / MS, change[0], change[1] / MS))
    return told


def test_an_outage_is_told_when_packets_are_missed_and_when_one_gets_through() -> None:
    assert seen(lambda n: None if 100 <= n < 350 else 5) == [(205, "begun", 100), (355, "over", 100)]


def test_a_long_interval_is_waited_for_three_times() -> None:
    assert seen(lambda n: None if n >= 20 else 5, ticks=60, interval_ms=100) == [(2400, "begun", 2000)]


@pytest.mark.parametrize(
    "arrives",
    [
        lambda n: None if n % 3 else 5,  # every third gets through
        lambda n: 90,  # a long way
        lambda n: 5 if n < 300 else 80,  # a longer way from now on
        lambda n: None if 100 <= n < 190 else 5,  # shorter than anybody waits
    ],
)
def test_what_is_no_outage(arrives: Callable[[int], int | None]) -> None:
    assert seen(arrives) == []


def test_packets_that_were_held_do_not_make_it_more_patient() -> None:
    held = seen(lambda n: 5 + max(0, 300 - n) if 100 <= n < 300 else 5 if n < 400 else None)
    assert held == [(205, "begun", 100), (305, "over", 100), (505, "begun", 400)]


def test_one_of_several_flows_is_enough_and_all_have_to_come_back() -> None:
    told = seen(
        lambda n: None if (n % 4 == 1 and 100 <= n < 400) or (n % 4 == 2 and 200 <= n < 500) else 5, ticks=800, flows=4
    )
    assert told == [(206, "begun", 101), (507, "over", 101)]
