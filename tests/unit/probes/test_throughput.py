"""What is read from iperf3's report, and which part of it counts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from dxemu.errors import InputErrors
from dxemu.host.command import Ended
from dxemu.lab.flow_path import FlowPath
from dxemu.lab.iperf3 import FlowStart, ReceiverReport, received, why
from dxemu.lab.probes.throughput import _begins, _omitted_s, _rate
from dxemu.plan.make import make_plan
from dxemu.probes.throughput import ThroughputProbe
from dxemu.run.prepare import prepare
from dxemu.topology.load import load
from dxemu.units import BitsPerSecond, Seconds

ROOT = Path(__file__).parents[3]
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
    assert _omitted_s(probe, FlowPath(rate=rate, limit=rate, round_trip_s=round_trip_s, queue_s=queue_s)) == seconds


def test_an_end_says_that_there_is_a_connection_or_why_not() -> None:
    good, bad = FlowStart(), FlowStart()
    good.heard("Accepted connection from 10.0.0.1")
    assert not good.told.is_set()
    good.heard("Accepted connection from 10.0.0.1\n[  5] local 10.0.0.2 port 5201 connected to 10.0.0.1 port 9\n")
    bad.heard('{"error": "unable to connect to server"}')
    assert [(one.told.is_set(), one.made) for one in (good, bad)] == [(True, True), (True, False)]
    assert why(Ended(1, '{"error": "unable to connect to server"}', "")) == "unable to connect to server"
    assert why(Ended(1, "", "iperf3: error - no route\n")) == "no route"
    assert why(Ended(1, "", "")) == "iperf3 ended at once"


def test_who_sends_begins_except_for_a_service() -> None:
    plan = make_plan(load(ROOT / "topologies" / "public_vif.yaml"))
    down = replace(PROBE, to_host="s3_us_east_1", direction="from_aws")
    assert _begins(plan, down) == ("app", "s3_us_east_1")
    assert _begins(plan, replace(down, direction="to_aws")) == ("app", "s3_us_east_1")
    private = make_plan(load(ROOT / "topologies" / "private_vif.yaml"))
    assert _begins(private, replace(PROBE, direction="from_aws")) == ("web", "app")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ("to: s3_us_east_1", None),
        ("to: stranger", None),
        ("to: s3_us_east_1, ip_version: 6", "DX-S019"),
        ("to: s3_us_east", "DX-S004"),
    ],
)
def test_a_service_is_an_end_of_it(values: str, code: str | None, tmp_path: Path) -> None:
    file = tmp_path / "story.yaml"
    probe = f"probes: {{bulk: {{throughput: {{from: app, {values}, at: 5 s}}}}}}"
    file.write_text(f"topology: {ROOT}/topologies/public_vif.yaml\n{probe}\nsteps: []\nend: 9 s\n", encoding="utf-8")
    if code is None:
        prepare(file)
        return
    with pytest.raises(InputErrors, match=code):
        prepare(file)
