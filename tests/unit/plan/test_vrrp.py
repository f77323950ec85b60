"""VRRP's arithmetic, against numbers worked out by hand from RFC 5798."""

from __future__ import annotations

from ipaddress import ip_interface

import pytest

from dxemu.plan.model import VrrpGroup
from dxemu.predict.vrrp import master_down, skew_time
from dxemu.units import Seconds


def group(interval_s: float, priority: int) -> VrrpGroup:
    return VrrpGroup(
        virtual_router_id=1,
        address=ip_interface("10.0.0.1/24"),
        advertisement_interval=Seconds(interval_s),
        priorities=(("first", 254), ("second", priority)),
        interfaces=(("first", "lan"), ("second", "lan")),
    )


@pytest.mark.parametrize(
    ("interval_s", "priority", "skew_s", "low_s", "high_s"),
    [
        (1, 100, 0.609375, 2.609375, 3.609375),
        (1, 254, 0.0078125, 2.0078125, 3.0078125),
        (0.1, 100, 0.0609375, 0.2609375, 0.3609375),
        (0.01, 1, 0.00996094, 0.02996094, 0.03996094),
        (40.95, 100, 24.953906, 106.853906, 147.803906),
    ],
)
def test_the_window_is_three_intervals_and_the_skew(
    interval_s: float, priority: int, skew_s: float, low_s: float, high_s: float
) -> None:
    planned = group(interval_s, priority)
    window = master_down(planned, "second")
    assert skew_time(planned, "second") == pytest.approx(skew_s, abs=1e-6)
    assert window.low_s == pytest.approx(low_s, abs=1e-6)
    assert window.high_s == pytest.approx(high_s, abs=1e-6)


def test_of_two_backups_the_better_one_is_first_by_the_skew() -> None:
    planned = group(1, 100)
    assert master_down(planned, "first").high_s < master_down(planned, "second").high_s


def test_the_reason_is_told_in_words() -> None:
    assert master_down(group(1, 100), "second").in_words() == (
        "VRRP 3 x 1 s = 3 s, plus skew of priority 100 = 609.375 ms, minus 0 - 1 s since the last advertisement"
    )


def test_a_node_that_is_not_in_the_group_is_refused() -> None:
    with pytest.raises(KeyError):
        master_down(group(1, 100), "third")
