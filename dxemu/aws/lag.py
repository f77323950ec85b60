"""Link aggregation groups: dedicated connections of one speed between one AWS device and one router of the customer's.

Source: Direct Connect User Guide, "Link aggregation groups", 2026; Direct Connect API, CreateLag (botocore 1.44.5);
read 2026-11-23.
"""

from __future__ import annotations

from enum import StrEnum

from dxemu.units import BitsPerSecond


class LacpMode(StrEnum):
    """How an end of a group speaks LACP (IEEE 802.1AX): of its own accord, when it is spoken to, or not at all.

    AWS's end is active. A bundle without LACP (static, `mode on`) never forms with it.
    """

    ACTIVE = "active"
    PASSIVE = "passive"
    OFF = "off"


FAST = BitsPerSecond(100 * 10**9)
"""From this speed on a group has fewer members.

Source: Direct Connect User Guide, "Link aggregation groups", 2026; Direct Connect API, CreateLag (botocore 1.44.5);
read 2026-11-23.
"""

MOST_MEMBERS = 4
"""Members of 1 or 10 Gbps. At most. Source: as `FAST`."""

MOST_FAST_MEMBERS = 2
"""Members of 100 or 400 Gbps. At most. Source: as `FAST`."""
