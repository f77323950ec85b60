"""An 802.1Q sub-interface."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.netlink import link
from dxemu.netlink.session import Netlink

_LOOSE_BINDING = 0x4
"""VLAN_FLAG_LOOSE_BINDING (linux/if_vlan.h)."""


@dataclass(frozen=True, slots=True)
class Vlan:
    """`name` on `parent`, tagged `vlan_id`."""

    name: str
    parent: str
    vlan_id: int
    mtu: int


async def apply(netlink: Netlink, vlan: Vlan) -> None:
    """Make it. Raises LabError."""
    parent = await netlink.index(vlan.parent)
    await link.create(netlink, vlan.name, "vlan", {"IFLA_VLAN_ID": vlan.vlan_id}, link=parent, mtu=vlan.mtu)


async def bind(netlink: Netlink, name: str, *, loosely: bool) -> None:
    """Have it go down and up with its parent, as it does by itself, or loosely: it stays as it was switched."""
    flags = {"flags": _LOOSE_BINDING if loosely else 0, "mask": _LOOSE_BINDING}
    await link.change(netlink, name, "vlan", {"IFLA_VLAN_FLAGS": flags})


async def read(netlink: Netlink, name: str) -> Vlan:
    """What the kernel says. Raises LabError."""
    message = await link.read_message(netlink, name)
    data = message.get_attr("IFLA_LINKINFO").get_attr("IFLA_INFO_DATA")
    parent = await netlink.name(message.get_attr("IFLA_LINK"))
    return Vlan(name, parent, data.get_attr("IFLA_VLAN_ID"), message.get_attr("IFLA_MTU"))
