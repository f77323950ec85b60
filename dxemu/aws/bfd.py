"""Bidirectional forwarding detection on a virtual interface.

Source: Direct Connect User Guide, "BGP-specific settings" and "Welcome" (network requirements), 2026; read 2026-11-23.
"""

from __future__ import annotations

from dxemu.units import Seconds

INTERVAL = Seconds(0.3)
"""AWS's transmit and receive interval: the shortest that it negotiates.

Source: Direct Connect User Guide, "BGP-specific settings", 2026; read 2026-11-23.
"""

DETECT_MULT = 3
"""AWS's multiplier: the smallest that it negotiates. Source: as `INTERVAL`."""


def detection_time(receiver_interval: Seconds, sender_interval: Seconds, sender_detect_mult: int) -> Seconds:
    """Longest silence of the sender before the receiver declares the session down.

    The slower of the two intervals wins, times the multiplier of the sender. The two directions may differ.
    Source: RFC 5880 section 6.8.4.
    """
    return Seconds(round(max(receiver_interval, sender_interval) * sender_detect_mult, 9))
