"""What routes come to a gateway by: its rules of preference compare these first."""

from __future__ import annotations

from enum import StrEnum

MULTIPATH_WIDTH = 16
"""Next hops that AWS uses together for one prefix, per flow.

Source: Direct Connect FAQ, "Using Direct Connect", 2023 archive; read 2026-11-23.
"""


class AttachmentKind(StrEnum):
    """The kinds that AWS's pages on route priority name. dxemu builds those of Direct Connect, VPN and VPC."""

    STATIC = "static route"
    PREFIX_LIST = "prefix list"
    VPC = "VPC"
    DIRECT_CONNECT = "Direct Connect"
    CONNECT = "Transit Gateway Connect"
    PRIVATE_VPN = "private IP VPN"
    VPN_STATIC = "static VPN"
    VPN_BGP = "BGP VPN"
    VPN_CONCENTRATOR = "VPN Concentrator"
    CLIENT_VPN = "Client VPN"
    PEERING = "peering"
