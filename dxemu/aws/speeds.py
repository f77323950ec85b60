"""Port speeds that can be ordered."""

from __future__ import annotations

from dxemu.units import BitsPerSecond

DEDICATED: tuple[BitsPerSecond, ...] = tuple(BitsPerSecond(gbps * 10**9) for gbps in (1, 10, 100, 400))
"""Speeds of a dedicated connection: a physical port for one customer.

Source: Direct Connect User Guide, "Dedicated connections", 2026; read 2026-11-23.
"""

HOSTED: tuple[BitsPerSecond, ...] = tuple(
    BitsPerSecond(mbps * 10**6) for mbps in (50, 100, 200, 300, 400, 500, 1000, 2000, 5000, 10_000, 25_000)
)
"""Speeds of a hosted connection, which a partner provides on its own port.

Source: Direct Connect API, AllocateHostedConnection (botocore 1.44.5); read 2026-11-23.
"""
