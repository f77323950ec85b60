"""Timers of AWS's BGP speakers.

Source: Direct Connect User Guide, "BGP-specific settings", 2026; read 2026-11-23.
"""

from __future__ import annotations

from dxemu.units import Seconds

HOLD_TIME = Seconds(90)
"""The hold time that AWS offers. Source: Direct Connect User Guide, "BGP-specific settings", 2026; read 2026-11-23."""

KEEPALIVE = Seconds(30)
"""The keepalive interval that AWS uses with its own hold time. Source: as `HOLD_TIME`."""

MIN_HOLD_TIME = Seconds(3)
"""The shortest hold time that AWS accepts. 0, which would turn the timer off, is not supported.

Source: as `HOLD_TIME`.
"""

MIN_KEEPALIVE = Seconds(1)
"""The shortest keepalive interval that AWS uses. Source: as `HOLD_TIME`."""


def negotiated_hold_time(customer: Seconds) -> Seconds:
    """The lower of both offers (RFC 4271 section 4.2), so the customer can only shorten it."""
    return min(customer, HOLD_TIME)


def keepalive(hold_time: Seconds) -> Seconds:
    """How often AWS sends a KEEPALIVE on a session with this negotiated hold time: a third of it, in whole seconds.

    Source: RFC 4271 section 4.4; 30 s with AWS's own 90 s.
    """
    return min(KEEPALIVE, max(MIN_KEEPALIVE, Seconds(hold_time // 3)))


def acceptable_hold_time(offered: int) -> bool:
    """Whether AWS takes a customer's offer, in seconds; else it ends the session with NOTIFICATION 2/6."""
    return offered >= MIN_HOLD_TIME


RESTART_TIME = Seconds(120)
"""The restart time of graceful restart (RFC 4724) that AWS offers on every session. AWS advises against it with BFD.

Routers offer 120 s, too, unless told otherwise. Source: Direct Connect User Guide, "BGP-specific settings"; read
2026-11-23.
"""
