"""Policers and shapers: how many bytes they let through or hold.

AWS polices a hosted connection to its bandwidth: what is above it is dropped, not queued, so bursts get less than the
bandwidth (Direct Connect User Guide, "Hosted connections", 2026; read 2026-11-23). How big a burst its policers let
through is not published. The numbers here are assumed: what vendors of routers recommend.
"""

from __future__ import annotations

from dxemu.aws.mtu import LONGEST_FRAME
from dxemu.units import BitsPerSecond, Seconds

POLICER_BURST = Seconds(0.005)
"""A policer's burst, as time at its rate. Assumed.

Source: Juniper, "Determining Proper Burst Size for Traffic Policers": 5 ms of the rate, not less than ten frames.
"""

POLICER_FRAMES = 10
"""A policer's burst is this many of the longest frames, or more. Source: as `POLICER_BURST`."""

SHAPER_QUEUE = Seconds(0.02)
"""What a customer's shaper holds, as time at its rate. Assumed: enough for one TCP flow over 20 ms to keep it busy.

Source: Appenzeller, Keslassy, McKeown, "Sizing Router Buffers", SIGCOMM 2004: one flow needs rate times round trip.
"""

SHAPER_BUCKET = Seconds(0.0001)
"""What a shaper lets through at once, as time at its rate: far less than a policer's burst, or it would be policed.
Assumed."""

SHAPER_FRAMES = 2
"""A shaper's bucket is this many of the longest frames, or more: one that does not fit into it would never leave.
Assumed."""


def policer_burst(rate: BitsPerSecond) -> int:
    """Bytes that a policer lets through at once."""
    return max(POLICER_FRAMES * LONGEST_FRAME, _bytes(rate, POLICER_BURST))


def shaper_burst(rate: BitsPerSecond) -> int:
    """Bytes that a shaper holds before it drops."""
    return max(POLICER_FRAMES * LONGEST_FRAME, _bytes(rate, SHAPER_QUEUE))


def shaper_bucket(rate: BitsPerSecond) -> int:
    """Bytes that a shaper lets through at once."""
    return max(SHAPER_FRAMES * LONGEST_FRAME, _bytes(rate, SHAPER_BUCKET))


def _bytes(rate: BitsPerSecond, time: Seconds) -> int:
    return round(rate * time / 8)
