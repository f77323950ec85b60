"""How big a packet a TCP sender may hand to an interface.

Linux hands up to 64 KB at once to a virtual cable, which is never cut into frames there. What counts or drops frames
(a policer with a burst of a few frames) would take such a giant for one.
"""

from __future__ import annotations

from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from dxemu.netlink.link import RTM_NEWLINK, read_message
from dxemu.netlink.session import Netlink


async def apply(netlink: Netlink, interface: str, frames: int) -> None:
    """At most this many frames in one (linux/if_link.h: IFLA_GSO_MAX_SEGS); 1 is what a wire carries."""
    request = ifinfmsg()
    request["index"] = await netlink.index(interface)
    request["attrs"] = [("IFLA_GSO_MAX_SEGS", frames)]
    await netlink.request(f"{frames} frames a packet on {interface}", request, RTM_NEWLINK)


async def read(netlink: Netlink, interface: str) -> int:
    """What the kernel says."""
    return int((await read_message(netlink, interface)).get_attr("IFLA_GSO_MAX_SEGS"))
