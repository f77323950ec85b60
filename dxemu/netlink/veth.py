"""A veth pair: a cable, with an end in each of two namespaces."""

from __future__ import annotations

from dataclasses import dataclass

from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from dxemu.netlink.link import RTM_NEWLINK
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_EXCL, Netlink


@dataclass(frozen=True, slots=True)
class End:
    """One end: the interface's name and MAC address."""

    name: str
    mac: str


async def apply(a_netlink: Netlink, a: End, b_netlink: Netlink, b: End, *, mtu: int) -> None:
    """Make both ends where they belong, in one message. Raises LabError."""
    peer = {
        "attrs": [
            ("IFLA_IFNAME", b.name),
            ("IFLA_ADDRESS", b.mac),
            ("IFLA_MTU", mtu),
            ("IFLA_NET_NS_FD", b_netlink.namespace.fd),
        ]
    }
    info = {"attrs": [("IFLA_INFO_KIND", "veth"), ("IFLA_INFO_DATA", {"attrs": [("VETH_INFO_PEER", peer)]})]}
    request = ifinfmsg()
    request["attrs"] = [("IFLA_IFNAME", a.name), ("IFLA_ADDRESS", a.mac), ("IFLA_MTU", mtu), ("IFLA_LINKINFO", info)]
    await a_netlink.request(f"make veth {a.name} to {b_netlink.namespace.name}", request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
