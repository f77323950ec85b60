"""When a LAG takes a member out: LACP's timers (IEEE 802.1AX-2020 section 6.4) and the bond's look at carrier."""

from __future__ import annotations

import math

from dxemu.predict.carrier_delay import CARRIER_UP
from dxemu.predict.windows import Term, Window

MIIMON_S = 0.1
"""How often a Linux bond looks at its members' carrier (`miimon`)."""

FAST_PERIODIC_S, SLOW_PERIODIC_S = 1.0, 30.0
"""Time between LACPDUs that the partner has asked for (802.1AX 6.4.4: Fast_Periodic_Time, Slow_Periodic_Time)."""

TIMEOUT_PERIODS = 3
AGGREGATE_WAIT_S = 2.0
"""How long a port waits for others to choose the same group (802.1AX 6.4.4: Aggregate_Wait_Time)."""

MACHINE_TICK_S = 0.1
"""A Linux bond's state machines run every 100 ms (drivers/net/bonding/bond_3ad.c, AD_TIMER_INTERVAL)."""


def carrier_lost(waits_s: float = 0.0) -> Window:
    """A member's port without light, for as long as the bond waits for it in whole looks."""
    looks = math.ceil(round(waits_s / MIIMON_S, 6)) * MIIMON_S
    return Window().plus(
        Term("carrier delay", waits_s, looks, "topology: carrier_delay; Linux bonding: downdelay"),
        Term("the bond looking at carrier", 0, MIIMON_S, "Linux bonding: miimon 100 ms"),
    )


def expired(*, fast: bool) -> Window:
    """A member whose partner has gone silent: three periods without an LACPDU.

    The receive machine then goes to EXPIRED and the member is no longer distributing.
    """
    period = FAST_PERIODIC_S if fast else SLOW_PERIODIC_S
    timeout = TIMEOUT_PERIODS * period
    return Window().plus(
        Term(f"LACP timeout {TIMEOUT_PERIODS} x {period:g} s =", timeout, timeout, "IEEE 802.1AX 6.4.4"),
        Term("since the last LACPDU", -period, 0, "IEEE 802.1AX 6.4.4"),
        Term("the bond's state machines", 0, 3 * MACHINE_TICK_S + period * 0.1, "Linux bonding: every 100 ms"),
    )


def heard_again() -> Window:
    """Members whose ends did not hear each other, once they do: each had taken its partner for the default one.

    That one asks for an LACPDU every 30 s only, so that is how long the next one may take.
    """
    source = "IEEE 802.1AX 6.4.13: the periodic transmission machine; Linux bonding: the default partner's timeout"
    return Window((Term("the next LACPDU to a partner that had fallen silent", 0, SLOW_PERIODIC_S, source),)).plus(
        *taken_in().terms
    )


def apart(*, fast: bool) -> Term:
    """Packets that one end still sends by a member which the other end has taken out."""
    window = expired(fast=fast)
    return Term("one end taking the member out before the other", 0, window.high_s - window.low_s, "IEEE 802.1AX 6.4.4")


def taken_in(lit_within_s: float = 0.0, *, all_of_them: bool = False) -> Window:
    """Members that are back: one end sends by them before the other end collects, until the next LACPDU.

    Each when its port is lit, which is so within `lit_within_s` of each other. With `all_of_them` no other member
    carries packets meanwhile: a bond then begins to send by a member alone, and takes it out again for as long as its
    ports wait for each other, once the partner's LACPDU has them choose one group.
    """
    window = Window(
        (Term("one end of the LAG sending before the other collects", 0, FAST_PERIODIC_S, "IEEE 802.1AX 6.4.15"),)
    ).plus(Term("one member having light before the other", 0, lit_within_s, CARRIER_UP))
    if not all_of_them:
        return window
    return window.plus(Term("the members choosing their group anew", 0, AGGREGATE_WAIT_S, "IEEE 802.1AX 6.4.4"))
