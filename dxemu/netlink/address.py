"""An IPv4 address on an interface."""

from __future__ import annotations

from ipaddress import IPv4Interface

from pyroute2.netlink.rtnl.ifaddrmsg import ifaddrmsg

from dxemu.netlink.session import NLM_F_CREATE, NLM_F_DUMP, NLM_F_EXCL, Netlink

RTM_NEWADDR, RTM_DELADDR, RTM_GETADDR = 20, 21, 22
AF_INET = 2


async def apply(netlink: Netlink, interface: str, address: IPv4Interface) -> None:
    """Give the interface an address. Raises LabError."""
    request = ifaddrmsg()
    request["family"], request["prefixlen"] = AF_INET, address.network.prefixlen
    request["index"] = await netlink.index(interface)
    request["attrs"] = [("IFA_LOCAL", str(address.ip)), ("IFA_ADDRESS", str(address.ip))]
    await netlink.request(f"address {address} on {interface}", request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL)


async def read(netlink: Netlink, interface: str) -> tuple[IPv4Interface, ...]:
    """The addresses that the kernel knows on an interface."""
    request = ifaddrmsg()
    request["family"] = AF_INET
    index = await netlink.index(interface)
    answers = await netlink.request("read addresses", request, RTM_GETADDR, NLM_F_DUMP)
    found = [a for a in answers if a["index"] == index]
    return tuple(IPv4Interface(f"{a.get_attr('IFA_LOCAL')}/{a['prefixlen']}") for a in found)


async def delete(netlink: Netlink, interface: str, address: IPv4Interface) -> None:
    """Take an address away. Raises NetlinkError if it is not there."""
    request = ifaddrmsg()
    request["family"], request["prefixlen"] = AF_INET, address.network.prefixlen
    request["index"] = await netlink.index(interface)
    request["attrs"] = [("IFA_LOCAL", str(address.ip))]
    await netlink.request(f"delete address {address} on {interface}", request, RTM_DELADDR)
