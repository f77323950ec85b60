"""Loss periods as captures show them, and what sets them beside a report's outages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dxemu.measure.result import Outage
from tools.verify_captures import Period, differing, periods

MS = 1_000_000
EVERY = 4 * MS
SENT = {number: number * EVERY for number in range(10)}
OUTAGE = Outage(
    probe="app",
    direction="to_aws",
    fault="cable_silent",
    after="fault",
    start_s=1.0,
    end_s=1.012,
    duration_ms=12.0,
    uncertainty_ms=4.0,
    packets_lost=3,
)


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ([], []),
        # From the first that was lost to the first after it that was not, by when they left.
        ([3, 4, 5], [Period(3, 3 * EVERY)]),
        ([0, 1, 7], [Period(2, 2 * EVERY), Period(1, EVERY)]),
        ([2, 7, 8, 9], [Period(1, EVERY), Period(3, None)]),
        (range(10), [Period(10, None)]),
    ],
)
def test_a_loss_period_is_consecutive_packets(lost: Sequence[int], expected: list[Period]) -> None:
    arrived = {number: at + 7 * MS for number, at in SENT.items() if number not in lost}
    assert list(periods(SENT, arrived)) == expected


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        # The last packet left at 36 ms, and the slowest was on its way for 7: that of 32 ms may still come,
        ([8, 9], []),
        # that of 28 ms would have been there, and all behind it are of one period with it.
        ([7, 8, 9], [Period(3, None)]),
    ],
)
def test_what_may_still_be_on_its_way_is_not_lost(lost: Sequence[int], expected: list[Period]) -> None:
    arrived = {number: at + 7 * MS for number, at in SENT.items() if number not in lost}
    assert list(periods(SENT, arrived)) == expected


def test_what_never_left_is_lost_too() -> None:
    left = {number: at for number, at in SENT.items() if number not in (3, 4, 5)}
    arrived = {number: at + 7 * MS for number, at in left.items() if number != 6}
    assert list(periods(left, arrived)) == [Period(4, 4 * EVERY)]


@pytest.mark.parametrize(
    ("captured", "wrong"),
    [
        ([Period(3, 12 * MS)], []),
        ([Period(3, 16 * MS)], []),
        ([Period(3, 16 * MS + 1)], ["reported 3 packets, 12 ms ± 4 ms | captured 3 packets, 16.000 ms"]),
        ([Period(4, 12 * MS)], ["reported 3 packets, 12 ms ± 4 ms | captured 4 packets, 12.000 ms"]),
        ([Period(3, None)], ["reported 3 packets, 12 ms ± 4 ms | captured 3 packets, to the end"]),
        ([], ["reported 3 packets, 12 ms ± 4 ms | captured nothing"]),
        ([Period(3, 12 * MS), Period(1, None)], ["reported nothing | captured 1 packet, to the end"]),
    ],
)
def test_a_report_is_held_to_one_probe_interval(captured: list[Period], wrong: list[str]) -> None:
    assert differing([OUTAGE], captured) == wrong


def test_one_still_out_at_the_end_has_no_length() -> None:
    still = replace(OUTAGE, end_s=None, duration_ms=None)
    assert differing([still], [Period(3, None)]) == []
    assert differing([still], [Period(3, 12 * MS)]) != []
