"""Requests of applications: from events to what a person reads, the judgment, and a schedule that was not kept."""

from __future__ import annotations

import pytest
from small_plan import small_plan
from stories import expect

from dxemu.events.base import Event
from dxemu.measure.probes import found
from dxemu.probes.asking import AskingProbe, Requests
from dxemu.probes.menu import kinds
from dxemu.story.expectations.base import Measured
from dxemu.units import Seconds
from tests.unit.events.filled import filled

ANSWERS = {"p50_s": 0.02, "p90_s": 0.021, "p99_s": 0.5, "longest_s": 1.02}


def request(at: float, problem: str = "", took_s: float = 2.0) -> Event:
    about = {"event": "request", "probe": "shop", "protocol": "HTTP"}
    return filled({**about, "started_s": at, "took_s": took_s, "problem": problem})


def requests(**values: object) -> Event:
    about = {"event": "requests", "probe": "shop", "protocol": "HTTP", "interval_s": 0.1, "asked": 100}
    return filled({**about, **ANSWERS, **values})


LOST = "no answer within 2 s"
TOLD = [
    *(request(5 + n / 10, LOST) for n in range(8)),
    request(5.8, took_s=1.02),
    request(5.9, took_s=0.9),
    request(8.0, took_s=0.6),
    requests(failed=8, slow=3),
]


def judged(events: list[Event], **arguments: object) -> tuple[bool, str]:
    nothing: dict[str, tuple[()]] = {key: () for key in ("faults", "outages", "probes", "stages", "predicted")}
    measured = Measured(plan=small_plan(), events=events, end_s=60.0, found=found(events), **nothing)
    return expect("answered", "shop", **arguments).expected.judge(measured)


def test_what_went_wrong_alike_in_a_row_is_one_trouble() -> None:
    (one,) = found(TOLD).all_of(Requests)
    told = [(t.problem, t.first_s, t.last_s, t.count, t.longest_ms) for t in one.troubles]
    assert told == [(LOST, 5.0, 5.7, 8, 2000.0), ("", 5.8, 5.9, 2, 1020.0), ("", 8.0, 8.0, 1, 600.0)]


def test_lines_for_people() -> None:
    lines = list(AskingProbe.lines(found(TOLD).all_of(Requests), "virtual"))
    assert {label for label, _ in lines} == {"HTTP of shop"}
    assert [words for _, words in lines] == [
        "100 requests, 8 failed, 3 slow; half took 20 ms, 99 % 500 ms at most, the longest 1.02 s",
        "5.000 - 5.700 s: 8 failed: no answer within 2 s",
        "5.800 - 5.900 s: 2 slow, the longest 1.02 s",
        "8.000 s: 1 slow, the longest 600 ms",
    ]


def test_lateness_is_uncertainty() -> None:
    (one,) = found([*TOLD[:-1], requests(failed=8, slow=3, lateness_max_s=0.003)]).all_of(Requests)
    assert "the longest 1.02 s ± 3 ms" in next(words for _, words in AskingProbe.lines([one], "real"))


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ({"failed_at_most": 8}, True),
        ({"failed_at_most": 7}, False),
        ({"slow_at_most": 3}, True),
        ({"slow_at_most": 2}, False),
        ({"within": Seconds(1.02)}, True),
        ({"within": Seconds(1)}, False),
        ({"failed_at_most": 8, "slow_at_most": 2}, False),
    ],
)
def test_answered(arguments: dict[str, object], passed: bool) -> None:
    right, words = judged(TOLD, **arguments)
    assert right is passed
    assert ("5.000 - 5.700 s" in words) is not passed
    assert judged([], **arguments) == (False, "nothing was asked")
    assert judged([requests(asked=0, p50_s=None)], **arguments)[0] is False


def test_no_answer_at_all_is_within_no_time() -> None:
    event = requests(failed=100, p50_s=None, p90_s=None, p99_s=None, longest_s=0.0)
    assert judged([event], within=Seconds(9))[0] is False


@pytest.mark.parametrize(
    ("lateness_s", "words"), [(0.05, ""), (0.0501, "shop left up to 50.1 ms late, one every 100 ms")]
)
def test_a_schedule_that_was_not_kept(lateness_s: float, words: str) -> None:
    (one,) = found([requests(lateness_max_s=lateness_s)]).all_of(Requests)
    assert one.unkept == words


def test_http_and_dns_are_of_one_make() -> None:
    assert {kinds()[kind].key for kind in ("http", "dns")} == {"requests"}
    assert "asking" not in kinds()
