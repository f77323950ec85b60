"""An address of either IP version on an interface. An IPv6 one is usable at once: nobody else has it (nodad)."""

from __future__ import annotations

from ipaddress import ip_interface

from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg

from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Netlink
from dxemu.units import IPAddress, IPInterface

RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
FAMILY = {4: 2, 6: 10}
"""AF_INET and AF_INET6."""
IFA_F_NODAD = 0x02
LINK = 253


async def apply(netlink: Netlink, interface: str, address: IPInterface) -> None:
    """Give the interface an address. Raises LabError."""
    request = ifaddrmsg()
    request["family"], request["prefixlen"] = FAMILY[address.version], address.network.prefixlen
    request["flags"] = IFA_F_NODAD if address.version == 6 else 0  # noqa: PLR2004
    request["index"] = await netlink.index(interface)
    request["attrs"] = [("IFA_LOCAL", str(address.ip)), ("IFA_ADDRESS", str(address.ip))]
    await netlink.request(f"address {address} on {interface}", request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL)


async def read(netlink: Netlink, interface: str) -> tuple[IPInterface, ...]:
    """The addresses that the kernel knows on an interface, without IPv6's link-local ones."""
    index = await netlink.index(interface)
    return tuple(address for number, address in await _all(netlink) if number == index)


async def holds(netlink: Netlink, address: IPAddress) -> bool:
    """Whether any interface has `address` at this moment."""
    return any(held.ip == address for _, held in await _all(netlink))


async def towards(netlink: Netlink, neighbour: IPAddress) -> str | None:
    """The interface whose network `neighbour` is in, also while it is down; None if there is none."""
    for number, held in await _all(netlink):
        if neighbour in held.network:
            return await netlink.name(number)
    return None


async def _all(netlink: Netlink) -> list[tuple[int, IPInterface]]:
    answers = await netlink.request("read addresses", ifaddrmsg(), RTM_GETADDR, NLM_F_DUMP)
    return [
        (a["index"], ip_interface(f"{a.get_attr('IFA_LOCAL') or a.get_attr('IFA_ADDRESS')}/{a['prefixlen']}"))
        for a in answers
        if a["scope"] != LINK
    ]


async def delete(netlink: Netlink, interface: str, address: IPInterface) -> None:
    """Take an address away. Raises NetlinkError if it is not there."""
    request = ifaddrmsg()
    request["family"], request["prefixlen"] = FAMILY[address.version], address.network.prefixlen
    request["index"] = await netlink.index(interface)
    request["attrs"] = [("IFA_LOCAL", str(address.ip))]
    await netlink.request(f"delete address {address} on {interface}", request, RTM_DELADDR)
