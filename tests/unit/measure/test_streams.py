"""Connections that live on: from events to what a person reads, the judgment, and a schedule that was not kept."""

from __future__ import annotations

import pytest
from small_plan import small_plan
from stories import expect

from dxemu.events.base import Event
from dxemu.measure.probes import found
from dxemu.probes.tcp import Stall, Stream, TcpProbe
from dxemu.story.expectations.base import Measured
from dxemu.units import Seconds
from tests.unit.events.filled import filled


def stream(number: int = 1, **values: object) -> Event:
    took = {"p50_s": 0.008, "longest_s": 1.53, "interval_s": 0.1, "messages": 99, "answered": 99}
    when = {"opened_s": 0.1, "ended_s": 10.0}
    return filled({"event": "stream", "probe": "long", "number": number, **took, **when, **values})


def stalled(start_s: float, end_s: float | None, number: int = 1) -> Event:
    return filled({"event": "stalled", "probe": "long", "number": number, "start_s": start_s, "end_s": end_s})


LIVED = [stalled(5.0, 6.53), stream(retransmitted=4, retransmitted_back=1)]
BROKE = [
    stalled(5.0, None),
    stream(ended_s=7.5, reason="Connection timed out", answered=49),
    stream(2, opened_s=None, ended_s=8.5, reason="No route to host", messages=0, answered=0, p50_s=None),
    stream(3, opened_s=9.5, messages=5, answered=5),
]


def judged(events: list[Event], **arguments: object) -> tuple[bool, str]:
    nothing: dict[str, tuple[()]] = {key: () for key in ("faults", "outages", "probes", "stages", "predicted")}
    measured = Measured(plan=small_plan(), events=events, end_s=10.0, found=found(events), **nothing)
    return expect("stream", "long", **arguments).expected.judge(measured)


def test_a_stall_belongs_to_its_connection() -> None:
    first, second, third = found(BROKE).all_of(Stream)
    assert first.stalls == (Stall(start_s=5.0, end_s=None, duration_ms=2500.0),)
    assert (second.stalls, third.stalls) == ((), ())


def test_lines_for_people() -> None:
    assert [words for _, words in TcpProbe.lines(found(LIVED).all_of(Stream), "virtual")][:2] == [
        "connection 1, 0.100 - 10.000 s: 99 messages, 4 + 1 retransmission, 1 stall; half of the answers took 8 ms, "
        "the longest 1.53 s",
        "stalled at 5.000 s for 1.53 s",
    ]
    told = [words for _, words in TcpProbe.lines(found(BROKE).all_of(Stream), "virtual")]
    assert told[0].endswith("; it ended: Connection timed out")
    assert told[1:3] == [
        "stalled at 5.000 s for 2.50 s, to its end",
        "connection 2, at 8.500 s: not opened: No route to host",
    ]


@pytest.mark.parametrize(
    ("events", "arguments", "passed"),
    [
        (LIVED, {"stalls_at_most": Seconds(1.53)}, True),
        (LIVED, {"stalls_at_most": Seconds(1.5)}, False),
        (LIVED, {"retransmitted_at_most": 5}, True),
        (LIVED, {"retransmitted_at_most": 4}, False),
        (LIVED, {"never": "reset"}, True),
        (BROKE, {"never": "reset"}, False),
        (BROKE, {"stalls_at_most": Seconds(2)}, False),
        (BROKE, {"stalls_at_most": Seconds(3)}, True),
        (BROKE[2:3], {"stalls_at_most": Seconds(3)}, False),
        ([], {"stalls_at_most": Seconds(3)}, False),
    ],
)
def test_stream(events: list[Event], arguments: dict[str, object], passed: bool) -> None:
    assert judged(events, **arguments)[0] is passed


def test_a_schedule_that_was_not_kept() -> None:
    (one,) = found([stream(lateness_max_s=0.0501)]).all_of(Stream)
    assert one.unkept == "long left up to 50.1 ms late, one every 100 ms"
    assert found([stream(lateness_max_s=0.05)]).all_of(Stream)[0].unkept == ""
