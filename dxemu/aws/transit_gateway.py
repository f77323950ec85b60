"""How a route table of a transit gateway chooses among its attachments.

The longest prefix first. For the same prefix the kind decides, and a static route wins over every propagated one: a
static VPN wins over Direct Connect. Within a kind the shorter AS_PATH, the lower MED, eBGP before iBGP. What is level
then shares the flows if the kind can do it; else the oldest route stays, for which dxemu takes the lowest router ID.
Source: Transit Gateway User Guide, "Route evaluation order"; AWS re:Post, "direct-connect-gateway-primary-connection";
read 2026-11-23.
"""

from __future__ import annotations

from dxemu.aws.attachments import MULTIPATH_WIDTH, AttachmentKind

PREFERENCE: tuple[AttachmentKind, ...] = (
    AttachmentKind.STATIC,
    AttachmentKind.PREFIX_LIST,
    AttachmentKind.VPC,
    AttachmentKind.DIRECT_CONNECT,
    AttachmentKind.CONNECT,
    AttachmentKind.PRIVATE_VPN,
    AttachmentKind.VPN_BGP,
    AttachmentKind.VPN_CONCENTRATOR,
    AttachmentKind.CLIENT_VPN,
    AttachmentKind.PEERING,
)
"""Best first. The routes of a static VPN are static routes of the table.

Source: Transit Gateway User Guide, "Route evaluation order"; read 2026-11-23.
"""

MISSING_MED = 100
"""What a route without MED counts as over VPN and Connect; over Direct Connect it counts as 0.

Source: AWS re:Post, "direct-connect-gateway-primary-connection"; read 2026-11-23.
"""

TUNNELS = (AttachmentKind.CONNECT, AttachmentKind.PRIVATE_VPN, AttachmentKind.VPN_BGP)
"""Those that count so. Source: as `MISSING_MED`."""


def precedence(kind: AttachmentKind) -> int:
    """Place in `PREFERENCE`: the lower wins."""
    return PREFERENCE.index(AttachmentKind.STATIC if kind is AttachmentKind.VPN_STATIC else kind)


def med(kind: AttachmentKind, received: int | None) -> int:
    """The MED that the table compares."""
    if received is not None:
        return received
    return MISSING_MED if kind in TUNNELS else 0


def maximum_paths(kind: AttachmentKind, *, vpn_ecmp_support: bool) -> int:
    """Routes of this kind that share the flows when they are level.

    Virtual interfaces of Direct Connect do, and the tunnels of BGP VPNs if the gateway's `VpnEcmpSupport` is on, which
    it is by default. Routes of different kinds never do, and static ones neither.
    """
    if kind is AttachmentKind.DIRECT_CONNECT or kind is AttachmentKind.CONNECT:
        return MULTIPATH_WIDTH
    return MULTIPATH_WIDTH if kind in TUNNELS and vpn_ecmp_support else 1
