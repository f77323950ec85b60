"""Latency probes and traces: from events to what a person reads, and the judgment."""

from __future__ import annotations

import pytest
from small_plan import small_plan
from stories import expect

from dxemu.events.base import Event
from dxemu.measure.probes import found
from dxemu.probes.latency import Latency, LatencyProbe
from dxemu.probes.trace import Trace, TraceProbe
from dxemu.story.expectations.base import Measured
from dxemu.units import Seconds
from tests.unit.events.filled import filled

SHARES = {"p50_s": 0.004, "p90_s": 0.005, "p99_s": 0.009, "p999_s": 0.011}


def latency(direction: str, **values: object) -> Event:
    about = {"event": "latency", "probe": "took", "direction": direction, "interval_s": 0.01, "sent": 1000}
    ends = {"least_s": 0.0039, "most_s": 0.012, "slowest_s": 5.85, "arrived": 980}
    return filled({**about, **SHARES, **ends, **values})


def traced(at: float, *hops: str, complete: bool = True, late_s: float = 0.0) -> Event:
    about = {"event": "hops", "probe": "way", "started_s": at, "interval_s": 1.0, "late_s": late_s}
    return filled({**about, "hops": list(hops), "complete": complete})


TOOK = [latency("to_aws"), latency("from_aws", arrived=0, **dict.fromkeys((*SHARES, "least_s", "most_s", "slowest_s")))]
WAY = [traced(0, "a", "b", "web"), traced(1, "a", "b", "web"), traced(2, "a", complete=False), traced(3, "a", "web")]


def judged(events: list[Event], subject: str, name: str, **arguments: object) -> tuple[bool, str]:
    nothing: dict[str, tuple[()]] = {key: () for key in ("faults", "outages", "probes", "stages", "predicted")}
    measured = Measured(plan=small_plan(), events=events, end_s=10.0, found=found(events), **nothing)
    return expect(subject, name, **arguments).expected.judge(measured)


def test_lines_of_latency() -> None:
    assert [words for _, words in LatencyProbe.lines(found(TOOK).all_of(Latency), "virtual")] == [
        "to AWS 3.9 ms at least, half 4 ms, 99 % 9 ms, all 12 ms at most (at 5.850 s), of 980 packets; 20 lost",
        "from AWS no packet of 1,000 arrived",
    ]


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ({"at_most": Seconds(0.012), "direction": "to_aws"}, True),
        ({"at_most": Seconds(0.0119), "direction": "to_aws"}, False),
        ({"at_most": Seconds(0.004), "share": "50 %", "direction": "to_aws"}, True),
        ({"at_most": Seconds(0.004), "share": "90 %", "direction": "to_aws"}, False),
        ({"at_least": Seconds(0.011), "share": "99.9 %", "direction": "to_aws"}, True),
        ({"at_most": Seconds(1)}, False),
    ],
)
def test_latency(arguments: dict[str, object], passed: bool) -> None:
    assert judged(TOOK, "latency", "took", **arguments)[0] is passed


def test_traces_that_found_the_same_are_one() -> None:
    told = [(one.first_s, one.last_s, one.count, one.hops, one.complete) for one in found(WAY).all_of(Trace)]
    assert told == [(0, 1, 2, ("a", "b", "web"), True), (2, 2, 1, ("a",), False), (3, 3, 1, ("a", "web"), True)]
    assert [words for _, words in TraceProbe.lines(found(WAY).all_of(Trace), "virtual")][:2] == [
        "0.000 - 1.000 s: a, b, web (2 traces)",
        "2.000 s: a, not to the end (1 trace)",
    ]


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ({"at_most": 3, "at": "start"}, True),
        ({"at_most": 2, "at": "start"}, False),
        ({"at_most": 2, "at": "end"}, True),
        ({"at_least": 3, "at": Seconds(1.5)}, True),
        ({"at_most": 9, "at": Seconds(2.5)}, False),
        ({"at_most": 9}, False),
    ],
)
def test_hops(arguments: dict[str, object], passed: bool) -> None:
    assert judged(WAY, "hops", "way", **arguments)[0] is passed
    assert judged([], "hops", "way", **arguments)[0] is False


def test_schedules_that_were_not_kept() -> None:
    (late,) = found([latency("to_aws", lateness_max_s=0.006)]).all_of(Latency)
    assert late.unkept == "took to AWS left up to 6 ms late, one every 10 ms"
    (trace,) = found([traced(1, "a", late_s=0.6)]).all_of(Trace)
    assert trace.unkept == "way left up to 600 ms late, one every 1.00 s"
