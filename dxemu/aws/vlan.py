"""VLANs of virtual interfaces: 1 to 4094, unique on the connection, never changed after creation.

Source: Direct Connect User Guide, "Virtual interfaces", 2023 archive; Direct Connect API (botocore 1.44.5);
read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Collection

from dxemu.units import MAX_VLAN_ID, VlanId


def nearest_free(wanted: int, used: Collection[int]) -> VlanId | None:
    """The free VLAN that is nearest to `wanted`, the higher of two; None if the connection has none left."""
    free = (n for n in range(1, MAX_VLAN_ID + 1) if n not in used)
    nearest = min(free, key=lambda n: (abs(n - wanted), -n), default=None)
    return None if nearest is None else VlanId(nearest)
