"""Bursts of policers and shapers against each other: a shaped sender must never be policed."""

from __future__ import annotations

import pytest

from dxemu.aws.mtu import LONGEST_FRAME
from dxemu.aws.policing import policer_burst, shaper_bucket, shaper_burst
from dxemu.units import BitsPerSecond

RATES = [BitsPerSecond.parse(text) for text in ("50 Mbps", "500 Mbps", "1 Gbps", "25 Gbps", "400 Gbps", "1.6 Tbps")]


@pytest.mark.parametrize("rate", RATES, ids=str)
def test_what_a_shaper_lets_through_at_once_fits_into_a_policer(rate: BitsPerSecond) -> None:
    assert 2 * LONGEST_FRAME <= shaper_bucket(rate) <= policer_burst(rate) / 2
    assert policer_burst(rate) <= shaper_burst(rate) < 2**32


def test_500_mbps() -> None:
    rate = BitsPerSecond.parse("500 Mbps")
    assert (policer_burst(rate), shaper_burst(rate), shaper_bucket(rate)) == (312_500, 1_250_000, 2 * LONGEST_FRAME)
