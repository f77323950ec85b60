"""Sizes of packets on virtual interfaces. An MTU is the IP packet in bytes, without Ethernet header and tag."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from dxemu.aws.virtual_interface import VifType
from dxemu.units import Seconds

DEFAULT = 1500
"""MTU of a virtual interface unless jumbo frames are asked for.

Source: Direct Connect API, CreatePrivateVirtualInterface (botocore 1.44.5); read 2026-11-23.
"""

ALLOWED: Mapping[VifType, tuple[int, ...]] = MappingProxyType(
    {
        VifType.PRIVATE: (1500, 8500, 9001),
        VifType.TRANSIT: (1500, 8500),
        VifType.PUBLIC: (1500,),
    }
)
"""MTUs by type. For private ones the guide says 9001 and the API says 8500; dxemu takes both.

Source: Direct Connect User Guide, "Virtual interfaces", 2023 archive; Direct Connect API (botocore 1.44.5);
read 2026-11-23.
"""

LONGEST_FRAME = 9023
"""Longest frame on a connection in bytes: 14 Ethernet, 4 VLAN tag, 9001 packet, 4 frame check sequence.

Source: Direct Connect User Guide, "Welcome" (network requirements), 2026; read 2026-11-23.
"""

TRANSIT_MTU = 8500
"""Longest packet through a transit gateway, except over VPN.

Source: Transit Gateway User Guide, "Quotas"; read 2026-11-23.
"""

IP_AND_TCP = 40
"""Bytes of an IPv4 header and a TCP header without options. Source: RFC 879, section 3."""

TRANSIT_MSS = TRANSIT_MTU - IP_AND_TCP
"""What a transit gateway clamps TCP's maximum segment size to. That it clamps is AWS's word, the number follows.

Source: Transit Gateway User Guide, "Quotas" (Maximum transmission unit); RFC 879; read 2026-11-23.
"""

INSTANCE_MTU = 9001
"""Jumbo frames are the default inside a VPC.

Source: EC2 User Guide, "Network MTU for your EC2 instance"; read 2026-11-23.
"""


def of_route(mtus: Collection[int]) -> int | None:
    """What AWS sends at most towards a route that it knows by ways of these MTUs; None: what the way itself takes.

    Of the same route by virtual interfaces of different MTUs, or by a VPN too, 1500 is used. Source: Direct Connect
    User Guide, "Set network MTU for private virtual interfaces or transit virtual interfaces"; read 2026-11-23.
    """
    jumbo = max(mtus, default=DEFAULT) > DEFAULT
    return DEFAULT if jumbo and len(set(mtus)) > 1 else None


LONGEST_INTERRUPTION = Seconds(30)
"""So long at most every virtual interface of a connection carries nothing when a change of MTU updates the connection.

AWS says so of jumbo frames. Source: Direct Connect API, UpdateVirtualInterfaceAttributes (botocore 1.44.5); read
2026-11-23.
"""
