"""An xfrm interface: what is routed into it is protected by the IPsec policies of its number."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.netlink import link
from dxemu.netlink.session import Netlink


@dataclass(frozen=True, slots=True)
class XfrmInterface:
    """`if_id` (not 0) ties it to the policies and states with that number; packets leave by `parent`."""

    name: str
    if_id: int
    parent: str
    mtu: int


async def apply(netlink: Netlink, interface: XfrmInterface) -> None:
    """Make it, down."""
    data = {"IFLA_XFRM_IF_ID": interface.if_id, "IFLA_XFRM_LINK": await netlink.index(interface.parent)}
    await link.create(netlink, interface.name, "xfrm", data, mtu=interface.mtu)


async def read(netlink: Netlink, name: str) -> XfrmInterface:
    """Raises LabError if there is no such interface."""
    message = await link.read_message(netlink, name)
    data = message.get_attr("IFLA_LINKINFO").get_attr("IFLA_INFO_DATA")
    parent = await netlink.name(int(data.get_attr("IFLA_XFRM_LINK")))
    return XfrmInterface(name, int(data.get_attr("IFLA_XFRM_IF_ID")), parent, int(message.get_attr("IFLA_MTU")))


async def delete(netlink: Netlink, name: str) -> None:
    """Remove it; states and policies stay."""
    await link.delete(netlink, name)
