"""What is read from iperf3's report, and which part of it counts."""

from __future__ import annotations

import json

import pytest

from dxemu.lab.iperf3 import ReceiverReport, received
from dxemu.lab.probes.throughput import Path, _omitted_s, _rate
from dxemu.probes.throughput import ThroughputProbe
from dxemu.units import BitsPerSecond, Seconds

PROBE = ThroughputProbe(
    name="bulk", from_host="app", to_host="web", direction="to_aws", at=Seconds(1), duration=Seconds(1)
)
LOAD = ThroughputProbe(
    name="load",
    from_host="app",
    to_host="web",
    direction="to_aws",
    at=Seconds(1),
    duration=Seconds(1),
    offered=BitsPerSecond(10**9),
)


def report(*intervals: dict[str, float]) -> str:
    return json.dumps({"intervals": [{"sum": interval} for interval in intervals], "error": "terminated"})


def interval(number: int, size: int, **values: int) -> dict[str, float]:
    start = 0.1 * number + 0.0004
    return {"start": start, "end": start + 0.1, "seconds": 0.1, "bytes": size, **values}


def test_only_whole_intervals_after_the_start_count() -> None:
    said = report(*(interval(n, 10**n) for n in range(6)))
    assert received(said, 0.2, 0.2) == ReceiverReport(seconds=0.2, bytes=1100, packets=0, lost=0)


def test_an_interval_that_comes_twice_counts_once() -> None:
    assert received(report(interval(0, 5), interval(1, 7), interval(1, 7)), 0.0, 1.0) == ReceiverReport(0.2, 12, 0, 0)


def test_lost_packets_are_added() -> None:
    said = report(interval(0, 5, packets=10, lost_packets=3), interval(1, 5, packets=10, lost_packets=4))
    assert received(said, 0.0, 1.0) == ReceiverReport(seconds=0.2, bytes=10, packets=20, lost=7)


@pytest.mark.parametrize("said", ["", "iperf3: error", "{}", report(), report(interval(0, 5))])
def test_nothing_that_counts(said: str) -> None:
    assert received(said, 0.2, 1.0) is None


def test_tcp_that_catches_up_counts_no_more_than_came_by_cable() -> None:
    caught_up = ReceiverReport(seconds=1.0, bytes=160_000_000, packets=0, lost=0)
    assert _rate(PROBE, caught_up, 150_000_000) == 1_200_000_000
    assert _rate(PROBE, caught_up, 170_000_000) == 1_280_000_000
    assert _rate(LOAD, caught_up, 150_000_000) == 1_280_000_000


@pytest.mark.parametrize(
    ("probe", "rate", "round_trip_s", "queue_s", "seconds"),
    [
        (PROBE, 10**9, 0.01, 9.0, 0.1),
        (PROBE, 10**10, 0.01, 9.0, 0.2),
        (PROBE, 400 * 10**9, 0.01, 9.0, 0.2),
        (PROBE, 10**10, 0.1, 9.0, 1.7),
        (PROBE, 10**6, 0.0, 9.0, 0.1),
        (LOAD, 10**9, 0.01, 9.0, 0.1),
        (LOAD, 10**8, 0.01, 0.12, 0.3),
    ],
)
def test_what_does_not_count(
    probe: ThroughputProbe, rate: int, round_trip_s: float, queue_s: float, seconds: float
) -> None:
    assert _omitted_s(probe, Path(rate=rate, limit=rate, round_trip_s=round_trip_s, queue_s=queue_s)) == seconds
