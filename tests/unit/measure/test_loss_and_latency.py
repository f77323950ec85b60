"""The part of packets that was lost, and how long the others were on their way."""

from __future__ import annotations

from array import array
from pathlib import Path

import pytest
from stories import bfd_story, expect

from dxemu.events.timeline import ProbeLog
from dxemu.measure.outages import reception
from dxemu.story.expectations.latency import SHARES
from dxemu.units import Seconds


@pytest.mark.parametrize(
    ("subject", "expected", "verdict"),
    [
        ("loss", {"at_most": 1.0}, "fail"),
        ("loss", {"at_most": 50.0, "at_least": 0.1}, "pass"),
        ("loss", {"at_least": 50.0}, "fail"),
        ("latency", {"at_most": Seconds(0.005)}, "pass"),
        ("latency", {"at_most": Seconds(0.005), "share": "99 %"}, "pass"),
        ("latency", {"at_most": Seconds(0.003), "share": "50 %"}, "fail"),
        ("latency", {"at_least": Seconds(0.003), "share": "50 %"}, "pass"),
    ],
)
def test_of_a_run(tmp_path: Path, subject: str, expected: dict[str, object], verdict: str) -> None:
    (found,) = bfd_story(tmp_path, expect(subject, "app", **expected)).expectations
    assert found.verdict == verdict, found.measured


def test_shares_are_of_the_packets_that_arrived() -> None:
    sent = array("q", [number * 1000 for number in range(2000)])
    received = array("q", [value for n in range(1000) for value in (n, sent[n] + n + 1)])
    assert [round(delay * 1e9) for delay in reception(ProbeLog(sent, received)).delays_s] == [500, 900, 990, 999]
    assert reception(ProbeLog(sent, array("q"))).delays_s == ()
    assert len(SHARES) == 5
