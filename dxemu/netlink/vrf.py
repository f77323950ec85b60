"""A VRF: interfaces that share a routing table of their own."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.netlink import link
from dxemu.netlink.session import Netlink


@dataclass(frozen=True, slots=True)
class VrfDevice:
    """`table` is the number of its routing table."""

    name: str
    table: int
    members: tuple[str, ...]


async def apply(netlink: Netlink, vrf: VrfDevice) -> None:
    """Make it, down, and put the members in."""
    await link.create(netlink, vrf.name, "vrf", {"IFLA_VRF_TABLE": vrf.table})
    for member in vrf.members:
        await link.set_master(netlink, member, vrf.name)


async def read(netlink: Netlink, name: str) -> VrfDevice:
    """Raises LabError if there is no such interface."""
    message = await link.read_message(netlink, name)
    data = message.get_attr("IFLA_LINKINFO").get_attr("IFLA_INFO_DATA")
    return VrfDevice(name, int(data.get_attr("IFLA_VRF_TABLE")), await link.members(netlink, name))


async def delete(netlink: Netlink, name: str) -> None:
    """Remove it; its members stay."""
    await link.delete(netlink, name)
