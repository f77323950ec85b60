"""How a virtual private gateway chooses among its attachments.

The longest prefix first, as everywhere: a more specific VPN route wins over Direct Connect. For the same prefix the
kind decides, so AS_PATH prepending on a VPN never matters against Direct Connect. Among BGP VPNs it is the shortest
AS_PATH, then the lowest MED where the first AS is the same; one tunnel is the way out, there is no ECMP over VPN.
Source: Site-to-Site VPN User Guide, "Route tables and VPN route priority"; read 2026-11-23.
"""

from __future__ import annotations

from dxemu.aws.attachments import MULTIPATH_WIDTH, AttachmentKind

PREFERENCE: tuple[AttachmentKind, ...] = (
    AttachmentKind.DIRECT_CONNECT,
    AttachmentKind.VPN_STATIC,
    AttachmentKind.VPN_BGP,
)
"""Best first. Source: Site-to-Site VPN User Guide, "Route tables and VPN route priority"; read 2026-11-23."""


def maximum_paths(kind: AttachmentKind) -> int:
    """Routes of this kind that share the flows when they are level: virtual interfaces do, tunnels do not."""
    return MULTIPATH_WIDTH if kind is AttachmentKind.DIRECT_CONNECT else 1
