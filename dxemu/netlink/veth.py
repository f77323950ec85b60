"""A veth pair: a cable, with an end in each of two namespaces."""

from __future__ import annotations

from dataclasses import dataclass

from pyroute2.netlink.rtnl.ifinfmsg import ifinfmsg

from dxemu.netlink.link import RTM_NEWLINK
from dxemu.netlink.session import NLM_F_CREATE, NLM_F_EXCL, Netlink, NetlinkError


@dataclass(frozen=True, slots=True)
class End:
    """One end: the interface's name and MAC address."""

    name: str
    mac: str


async def apply(a_netlink: Netlink, a: End, b_netlink: Netlink, b: End, *, mtu: int) -> None:
    """Make both ends where they belong, in one message. Raises LabError.

    No two ends of a lab have one number. With equal ones at both ends Linux takes an end for an interface without a
    peer and tells of its carrier up to a second late (net/core/link_watch.c: linkwatch_urgent_event); and an end whose
    peer's number is also that of a port beside it is taken for stacked on that port (default_operstate there).
    """
    peer = {
        "index": b_netlink.number(b.name),
        "attrs": [
            ("IFLA_IFNAME", b.name),
            ("IFLA_ADDRESS", b.mac),
            ("IFLA_MTU", mtu),
            ("IFLA_NET_NS_FD", b_netlink.namespace.fd),
        ],
    }
    info = {"attrs": [("IFLA_INFO_KIND", "veth"), ("IFLA_INFO_DATA", {"attrs": [("VETH_INFO_PEER", peer)]})]}
    request = ifinfmsg()
    request["index"] = a_netlink.number(a.name)
    request["attrs"] = [("IFLA_IFNAME", a.name), ("IFLA_ADDRESS", a.mac), ("IFLA_MTU", mtu), ("IFLA_LINKINFO", info)]
    try:
        what = f"make veth {a.name} to {b_netlink.namespace.name}"
        await a_netlink.request(what, request, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)
    except NetlinkError:
        a_netlink.forget(a.name)
        b_netlink.forget(b.name)
        raise
