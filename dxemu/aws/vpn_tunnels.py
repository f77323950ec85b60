"""Site-to-Site VPN tunnels: what AWS gives each of them.

Source: Site-to-Site VPN User Guide, "Tunnel options", "Quotas" and "Your customer gateway device"; read 2026-11-23.
"""

from __future__ import annotations

from dxemu.units import BitsPerSecond, Seconds

BANDWIDTH = BitsPerSecond(1250 * 10**6)
"""What a standard tunnel carries."""

MTU = 1446
"""Longest packet inside a tunnel with AES-GCM-16 and without NAT traversal. Larger ones are dropped: VPN knows
neither jumbo frames nor path MTU discovery."""

DPD_DELAY = Seconds(10)
"""Silence after which AWS asks whether the peer is still there."""

REPLAY_WINDOW = 1024
"""Packets."""
