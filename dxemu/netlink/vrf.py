"""A VRF: interfaces that share a routing table of their own."""

from __future__ import annotations

from dataclasses import dataclass

from dxemu.netlink import link
from dxemu.netlink.session import Netlink


@dataclass(frozen=True, slots=True)
class Vrf:
    """`table` is the number of its routing table."""

    name: str
    table: int
    members: tuple[str, ...]


async def apply(nl: Netlink, vrf: Vrf) -> None:
    """Make it, down, and put the members in."""
    await link.create(nl, vrf.name, "vrf", [("IFLA_VRF_TABLE", vrf.table)])
    for member in vrf.members:
        await link.set_master(nl, member, vrf.name)


async def read(nl: Netlink, name: str) -> Vrf:
    """Raises KernelRefused if there is no such interface."""
    message = await link.read_message(nl, name)
    data = message.get_attr("IFLA_LINKINFO").get_attr("IFLA_INFO_DATA")
    members = tuple(one.name for one in await link.read_all(nl) if one.master == message["index"])
    return Vrf(name, int(data.get_attr("IFLA_VRF_TABLE")), members)


async def delete(nl: Netlink, name: str, *, missing_ok: bool = False) -> None:
    """Remove it; its members stay."""
    await link.delete(nl, name, missing_ok=missing_ok)
