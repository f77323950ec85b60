"""Bursts of policers and shapers."""

from __future__ import annotations

from dxemu.units import BitsPerSecond


def policer_burst(rate: BitsPerSecond) -> int:
    """Bytes that a policer lets through at once."""
    return max(64_000, round(rate / 8 * 0.001))


def shaper_burst(rate: BitsPerSecond) -> int:
    """Bytes that a shaper holds."""
    return round(rate / 8 * 0.01)
