"""Site-to-Site VPN tunnels: what AWS gives each of them.

Source: Site-to-Site VPN User Guide, "Tunnel options", "Quotas" and "Your customer gateway device"; read 2026-11-23.
"""

from __future__ import annotations

from dxemu.units import BitsPerSecond, Seconds

BANDWIDTH = BitsPerSecond(1250 * 10**6)
"""What a standard tunnel carries.

Source: Site-to-Site VPN User Guide, "Quotas"; read 2026-11-23.
"""

LARGE_BANDWIDTH = BitsPerSecond(5 * 10**9)
"""What a large tunnel carries (`TunnelBandwidth`), on a transit gateway only; both tunnels of a connection are alike.

Source: Site-to-Site VPN User Guide, "Quotas" and "Large bandwidth tunnels"; read 2026-11-23.
"""

MTU = 1446
"""Longest packet inside a tunnel with AES-GCM-16 and without NAT traversal. Larger ones are dropped: VPN knows
neither jumbo frames nor path MTU discovery.

Source: Site-to-Site VPN User Guide, "Your customer gateway device"; read 2026-11-23.
"""

DPD_DELAY = Seconds(10)
"""Silence after which AWS asks whether the peer is still there.

Source: AWS re:Post, "vpn-tunnel-instability-inactivity"; read 2026-11-23.
"""

HOLD_TIME = Seconds(30)
"""Of BGP over a tunnel. Source: Site-to-Site VPN User Guide, sample configurations; read 2026-11-23."""

KEEPALIVE = Seconds(10)
"""Of BGP over a tunnel. Source: as `HOLD_TIME`."""

MED = 100
"""What AWS's routes carry in a tunnel; less in the other one while an endpoint is updated. Source: Site-to-Site VPN
User Guide, example outputs; read 2026-11-23."""

REPLAY_WINDOW = 1024
"""Packets. Source: Site-to-Site VPN User Guide, "Tunnel options"; read 2026-11-23."""

PHASE_1_LIFETIME = (900, 28_800)
"""Shortest and longest, in seconds. Source: as `REPLAY_WINDOW`."""

PHASE_2_LIFETIME = (900, 3600)
"""Shortest and longest, in seconds; below that of phase 1. Source: as `REPLAY_WINDOW`."""

SHORTEST_REKEY_MARGIN = 60
"""Seconds. The longest is half of phase 2. Source: as `REPLAY_WINDOW`."""

SHORTEST_DPD_TIMEOUT = 30
"""Seconds. AWS names no longest one. Source: as `REPLAY_WINDOW`."""

INSIDE_LENGTH = 30
"""Inside CIDRs are a /30 of `dxemu.aws.addresses.AUTO_ASSIGNED_RANGE`. Source: as `REPLAY_WINDOW`."""
